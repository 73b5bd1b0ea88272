// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Trees of machines that nobody here has: unpacks tests/golden/machine/NAME.tree into a directory, as the
// root for a topology reader. The format keeps a machine of 128 CPUs on a page:
//
//   # comment
//   @sys/devices/system/cpu/                 what the following paths begin with; "@" alone: nothing
//   online=0-7                               a file and its line
//   cpu{0-7}/topology/core_id={n%4}          one file for each n of a list; {..} in the value is computed
//                                            from n: + - * / % and numbers, strictly from left to right
//   empty=\e                                 \e: no line end; \n: line end
//   sys/bus/                                 a directory
//
// Beside each list of CPUs the kernel has the same as a mask, which hwloc reads: with `tree_has_masks` they
// are made from the lists.

#ifndef RDO_TESTS_MACHINE_TREE_H_
#define RDO_TESTS_MACHINE_TREE_H_

#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/cpu_set.h"

enum { TREE_TEXT_BYTES = 4096 };

__attribute__((unused)) static bool tree_has_masks;

static inline void tree_fail(const char *what, const char *text) {
  fprintf(stderr, "machine tree: %s: %s\n", what, text);
  exit(1);
}

static inline void tree_make_folders(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST) tree_fail("cannot make", path);
    *slash = '/';
  }
}

// Writes one file below `root`, or makes a directory when `path` ends with '/'.
static inline void tree_write(const char *root, const char *path, const void *bytes, size_t size) {
  char whole[TREE_TEXT_BYTES];
  if ((size_t)snprintf(whole, sizeof whole, "%s/%s", root, path) >= sizeof whole) tree_fail("too long", path);
  tree_make_folders(whole);
  if (whole[strlen(whole) - 1] == '/') return;
  unlink(whole);  // some file systems flush a file that is cut and written again
  FILE *file = fopen(whole, "wb");
  if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) tree_fail("cannot write", whole);
}

static inline void tree_write_text(const char *root, const char *path, const char *text) { tree_write(root, path, text, strlen(text)); }

// "shared_cpu_list" -> "shared_cpu_map", "core_cpus_list" -> "core_cpus", "cpulist" -> "cpumap".
static inline bool tree_mask_path(const char *path, char *out) {
  strcpy(out, path);
  char *name = strrchr(out, '/');
  if (name == NULL) return false;
  size_t length = strlen(name);
  if (strcmp(name, "/shared_cpu_list") == 0 || strcmp(name, "/cpulist") == 0) strcpy(name + length - 4, "map");
  else if (length > 5 && strcmp(name + length - 5, "_list") == 0) name[length - 5] = '\0';
  else return false;
  return true;
}

static inline void tree_write_mask(const char *root, const char *path, const char *list) {
  char mask_path[TREE_TEXT_BYTES], text[RDO_CPU_SET_BITS / 32 * 9 + 2];
  struct rdo_cpu_set set;
  uint64_t beyond;
  if (!tree_has_masks || !tree_mask_path(path, mask_path)) return;
  if (!rdo_cpu_set_parse_kernel((struct rdo_bytes){(const uint8_t *)list, strlen(list)}, &set, &beyond)) return;
  size_t length = 0;
  for (int i = RDO_CPU_SET_BITS / 32 - 1; i >= 0; --i) {
    unsigned word = (unsigned)(set.words[i / 2] >> (i % 2 * 32) & UINT32_MAX);
    length += (size_t)snprintf(text + length, sizeof text - length, "%08x%c", word, i > 0 ? ',' : '\n');
  }
  tree_write_text(root, mask_path, text);
}

static inline long tree_number(const char **at, long n) {
  if (**at == 'n') {
    ++*at;
    return n;
  }
  char *end;
  long value = strtol(*at, &end, 10);
  if (end == *at) tree_fail("not a number", *at);
  *at = end;
  return value;
}

// Computes what follows '{' and moves behind '}'.
static inline long tree_compute(const char **at, long n) {
  long value = tree_number(at, n);
  while (**at != '}') {
    char operation = *(*at)++;
    long operand = tree_number(at, n);
    switch (operation) {
      case '+': value += operand; break;
      case '-': value -= operand; break;
      case '*': value *= operand; break;
      case '/': value /= operand; break;
      case '%': value %= operand; break;
      default: tree_fail("no such operation in", *at);
    }
  }
  ++*at;
  return value;
}

// Replaces {..} and escapes; a line end follows unless \e says no.
static inline void tree_expand(const char *text, long n, bool is_value, char *out) {
  size_t length = 0;
  bool ends_line = is_value;
  while (*text != '\0' && length < TREE_TEXT_BYTES - 32) {
    if (*text == '{') {
      ++text;
      length += (size_t)snprintf(out + length, 32, "%ld", tree_compute(&text, n));
    } else if (is_value && text[0] == '\\' && (text[1] == 'n' || text[1] == 'e')) {
      if (text[1] == 'n') out[length++] = '\n';
      else ends_line = false;
      text += 2;
    } else {
      out[length++] = *text++;
    }
  }
  if (ends_line) out[length++] = '\n';
  out[length] = '\0';
}

// One line of the format, for each n of the list in its path.
static inline void tree_unpack_line(const char *root, const char *prefix, char *line) {
  char path[TREE_TEXT_BYTES], template[TREE_TEXT_BYTES], value[TREE_TEXT_BYTES];
  char *equals = strchr(line, '=');
  if (equals != NULL) *equals++ = '\0';
  if (equals == NULL && line[strlen(line) - 1] != '/') tree_fail("expected path=value", line);
  if ((size_t)snprintf(template, sizeof template, "%s%s", prefix, line) >= sizeof template) tree_fail("too long", line);
  char *brace = strchr(template, '{'), *list = brace != NULL ? brace + 1 : NULL;
  do {
    long first = 0, last = 0;
    if (list != NULL) {
      first = last = strtol(list, &list, 10);
      if (*list == '-') last = strtol(list + 1, &list, 10);
    }
    for (long n = first; n <= last; ++n) {
      if (brace == NULL) snprintf(path, sizeof path, "%s", template);
      else snprintf(path, sizeof path, "%.*s%ld%s", (int)(brace - template), template, n, strchr(template, '}') + 1);
      tree_expand(equals != NULL ? equals : "", n, true, value);
      tree_write_text(root, path, value);
      tree_write_mask(root, path, value);
    }
  } while (list != NULL && *list++ == ',');
}

// Unpacks a file of that format below `root`, which exists.
static inline void tree_unpack(const char *tree_path, const char *root) {
  FILE *file = fopen(tree_path, "r");
  char line[TREE_TEXT_BYTES], prefix[TREE_TEXT_BYTES] = "";
  if (file == NULL) tree_fail("cannot open", tree_path);
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '\0' || line[0] == '#') continue;
    if (line[0] == '@') snprintf(prefix, sizeof prefix, "%s", line + 1);
    else tree_unpack_line(root, prefix, line);
  }
  fclose(file);
}

// An empty directory of its own, in memory where there is such a place: these are thousands of files.
static inline void tree_make_root(char out_root[64]) {
  strcpy(out_root, access("/dev/shm", W_OK) == 0 ? "/dev/shm/rondo_tree_XXXXXX" : "rondo_tree_XXXXXX");
  if (mkdtemp(out_root) == NULL) tree_fail("cannot make", out_root);
}

static inline int tree_remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
  (void)info, (void)kind, (void)place;
  return remove(path);
}

static inline void tree_remove(const char *root) { nftw(root, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS); }

#endif  // RDO_TESTS_MACHINE_TREE_H_
