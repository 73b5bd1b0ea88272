// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/module_path.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cpu.h"

enum { PART_BYTES = 1024 };

struct search {
  const struct rdo_module_path_rules *rules;
  char first[RDO_MODULE_PATH_BYTES];
  char *path;
  bool is_too_long;
};

// Takes a candidate if nothing better was found.
//   returns  whether it can be read
static bool try_path(struct search *search, const char *folder, const char *before, const char *name, const char *after) {
  int length = snprintf(search->path, RDO_MODULE_PATH_BYTES, "%s%s%s%s%s", folder, folder[0] == '\0' ? "" : "/", before, name, after);
  if (length < 0 || length >= RDO_MODULE_PATH_BYTES) {
    search->is_too_long = true;
    return false;
  }
  bool is_there = access(search->path, R_OK) == 0;
  if (search->rules->look != NULL) search->rules->look(search->rules->user, search->path, is_there);
  if (search->first[0] == '\0') memcpy(search->first, search->path, (size_t)length + 1);
  return is_there;
}

static bool try_names(struct search *search, const char *folder, const char *module_name, const char *short_name) {
  static const struct {
    const char *before, *after;
  } forms[] = {{"module_", "_benchmark.vmfb"}, {"", "_benchmark.vmfb"}, {"module_", ".vmfb"}, {"", ".vmfb"}};
  bool is_found = false;
  for (size_t i = 0; i < sizeof forms / sizeof forms[0] && !is_found; ++i) {
    is_found = try_path(search, folder, forms[i].before, module_name, forms[i].after);
    if (!is_found && strcmp(short_name, module_name) != 0) is_found = try_path(search, folder, forms[i].before, short_name, forms[i].after);
  }
  return is_found;
}

static bool copy_part(const char *text, size_t length, char *out_part) {
  if (length >= PART_BYTES) return false;
  memcpy(out_part, text, length);
  out_part[length] = '\0';
  return true;
}

// Up to the end of the format that the compiler writes behind the dispatch's number.
static bool shorten(const char *module_name, char *out_name) {
  static const char *const markers[] = {"_embedded_elf_riscv_64", "_embedded_elf_x86_64", "_embedded_elf_arm_64"};
  size_t length = strlen(module_name);
  for (size_t i = 0; i < sizeof markers / sizeof markers[0]; ++i) {
    const char *at = strstr(module_name, markers[i]);
    if (at == NULL) continue;
    length = (size_t)(at - module_name) + strlen(markers[i]);
    break;
  }
  return copy_part(module_name, length, out_name);
}

static const char dispatch_mark[] = "_dispatch_";

// A plan tells the kernel instead of the module: its module is the one for this processor.
static bool name_module(const char *export_name, char *out_name) {
  const char *at = strstr(export_name, dispatch_mark);
  if (at == NULL) return copy_part(export_name, strlen(export_name), out_name);
  size_t length = (size_t)(at - export_name) + sizeof dispatch_mark - 1;
  length += strspn(export_name + length, "0123456789");
  int whole = snprintf(out_name, PART_BYTES, "%.*s_embedded_elf_%s", (int)length, export_name, rdo_cpu_arch());
  return whole >= 0 && whole < PART_BYTES;
}

static bool find_family(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, char *out_family) {
  static const char async[] = "$async";
  const char *job = schedule->jobs[node->job].name;
  if (node->family[0] != '\0') return copy_part(node->family, strlen(node->family), out_family);
  const char *mark = node->module_name[0] == '\0' ? strstr(node->export_name, dispatch_mark) : NULL;
  if (mark != NULL) {
    size_t length = (size_t)(mark - node->export_name);
    if (length >= sizeof async - 1 && memcmp(mark - (sizeof async - 1), async, sizeof async - 1) == 0) length -= sizeof async - 1;
    return copy_part(node->export_name, length, out_family);
  }
  bool is_mlp = strncmp(job, "mlp", 3) == 0 && job[3] != '\0' && strspn(job + 3, "0123456789") == strlen(job + 3);
  return copy_part(job, is_mlp ? 3 : strlen(job), out_family);
}

static bool copy_folder(const char *path, char *out_folder) {
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - path);
  if (slash == path) length = 1;
  if (length >= RDO_MODULE_PATH_BYTES) return false;
  memcpy(out_folder, path, length);
  out_folder[length] = '\0';
  return true;
}

// Folders outermost, names within.
static bool try_folders(struct search *search, const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, const char *variant, const char *root,
                        const char *json_folder) {
  const char *platform = search->rules->platform != NULL ? search->rules->platform : "spacemit_x60";
  const char *suffix = search->rules->suffix != NULL ? search->rules->suffix : ".q.int8";
  const char *name = node->module_name[0] != '\0' ? node->module_name : node->export_name;
  char short_name[PART_BYTES], family[PART_BYTES], folder[RDO_MODULE_PATH_BYTES];
  bool fits = node->module_name[0] != '\0' ? shorten(name, short_name) : name_module(name, short_name);
  if (!fits || !find_family(schedule, node, family)) {
    search->is_too_long = true;
    return false;
  }
  for (int deep = 1; deep >= 0; --deep) {
    int length = snprintf(folder, sizeof folder, "%s/gen/vmfb/%s/%s/%s/%s%s%s", root, family, platform, variant, family, suffix, deep ? "/benchmarks/vmfb" : "");
    if (length < 0 || length >= (int)sizeof folder) search->is_too_long = true;
    else if (try_names(search, folder, name, short_name)) return true;
  }
  if (try_names(search, root, name, short_name)) return true;
  return strcmp(root, json_folder) != 0 && try_names(search, json_folder, name, short_name);
}

const char *rdo_module_variant(const struct rdo_schedule *schedule, const struct rdo_machine_file *machine, const struct rondo_schedule_variant *variants, int variant_count,
                               uint32_t target) {
  const char *name = schedule->targets[target].name;
  for (int i = 0; i < variant_count; ++i) {
    if (strcmp(variants[i].target, name) == 0) return variants[i].variant;
  }
  int lane = machine == NULL ? -1 : rdo_machine_file_find_lane(machine, name);
  if (lane >= 0 && machine->clusters[machine->lanes[lane].cluster].variant[0] != '\0') return machine->clusters[machine->lanes[lane].cluster].variant;
  return strcmp(name, "CPU_P") == 0 ? "RVV" : "scalar";
}

enum rondo_status rdo_module_path_find(const struct rdo_module_path_rules *rules, const struct rdo_schedule *schedule, const struct rdo_schedule_node *node,
                                       const char *variant, char *out_path, struct rondo_diag *diag) {
  struct search search = {.rules = rules, .path = out_path};
  char json_folder[RDO_MODULE_PATH_BYTES];
  bool is_found = false;
  out_path[0] = '\0';
  if (!copy_folder(schedule->path, json_folder)) search.is_too_long = true;
  const char *root = rules->root != NULL ? rules->root : json_folder;
  if (node->vmfb_path[0] != '\0') {
    is_found = try_path(&search, node->vmfb_path[0] == '/' ? "" : root, "", node->vmfb_path, "");
  } else if (node->module_name[0] == '\0' && node->export_name[0] == '\0') {
    return rdo_fail(diag, RONDO_NOT_FOUND, "dispatches.%s: neither vmfb_path nor module_name nor export says which file it is", node->key);
  } else {
    is_found = try_folders(&search, schedule, node, variant, root, json_folder);
  }
  if (is_found) return RONDO_OK;
  memcpy(out_path, search.first, sizeof search.first);
  if (search.is_too_long && search.first[0] == '\0') return rdo_fail(diag, RONDO_OUT_OF_RANGE, "dispatches.%s: its path is too long", node->key);
  return rdo_fail(diag, RONDO_NOT_FOUND, "dispatches.%s: no file of its module can be read; the first that was looked for is %s (--explain shows all)", node->key, search.first);
}
