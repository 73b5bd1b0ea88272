// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Damaged modules: cut a small module at every byte, and change every byte of it, one at a time. Each
// of these files is loaded and all its functions are called, on the null device under limits. It may
// work or fail, but must fail with one line of words, leave nothing behind, and come to an end.
//
// Usage: byte_edits [--full] MODULE.vmfb...
// The quick run samples the larger modules; --full makes every edit below in all of them, and of the
// smallest module every other value of every byte. A sanitizer build makes this mean something.

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../fuzz/exercise.h"

enum {
  CASE_SECONDS_MAX = 20,       // by the wall clock: machines that run tests are busy
  QUICK_BYTES_MAX = 1024,      // larger modules are sampled
  FILE_BYTES_MAX = 1 << 20,
  VALUE_COUNT = 12,            // of a byte, without --full
};

struct file {
  const char *path;
  uint8_t *data;
  size_t size;
};

// The case in progress, for the messages of those who end the process.
static struct {
  const char *path;
  const char *what;  // "cut" or "edit"
  size_t offset;
  int value;
  int64_t slowest_us;
  uint64_t count;
} current;

// Only calls that a signal handler may make; the text is short and the process ends.
static void tell_case(void) {
  char text[512];
  int length = snprintf(text, sizeof text, "byte_edits: %s, %s at byte %zu, value 0x%02X\n", current.path, current.what, current.offset,
                        (unsigned)current.value);
  if (length > 0) (void)!write(STDERR_FILENO, text, (size_t)length);
}

static void on_signal(int number) {
  tell_case();
  if (number == SIGALRM) {
    static const char text[] = "byte_edits: this case takes too long\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
  }
  signal(number, SIG_DFL);
  raise(number == SIGALRM ? SIGABRT : number);
}

#if defined(__GNUC__)
// Of the sanitizers, where there are any.
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));
#endif

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void exercise(const char *what, size_t offset, int value, const uint8_t *data, size_t size, struct exercise_counts *counts) {
  current.what = what;
  current.offset = offset;
  current.value = value;
  ++current.count;
  int64_t begin = now_us();
  alarm(CASE_SECONDS_MAX);
  exercise_module(data, size, counts);
  alarm(0);
  int64_t duration = now_us() - begin;
  if (duration > current.slowest_us) current.slowest_us = duration;
}

// Values that a byte is given: every single bit turned, the ends of the range, the neighbours.
static uint8_t edited_value(uint8_t original, int index) {
  switch (index) {
    case 8: return 0x00;
    case 9: return 0xFF;
    case 10: return (uint8_t)(original + 1);
    case 11: return (uint8_t)(original - 1);
    default: return original ^ (uint8_t)(1u << index);
  }
}

static void edit_byte(struct file *file, size_t offset, uint8_t value, struct exercise_counts *counts) {
  uint8_t original = file->data[offset];
  if (value == original) return;
  file->data[offset] = value;
  exercise("edit", offset, value, file->data, file->size, counts);
  file->data[offset] = original;
}

static void edit_file(struct file *file, bool is_full, bool is_smallest, struct exercise_counts *counts) {
  for (size_t offset = 0; offset < file->size; ++offset) {
    if (is_full && is_smallest) {
      for (int value = 0; value < 256; ++value) edit_byte(file, offset, (uint8_t)value, counts);
    } else if (is_full || file->size <= QUICK_BYTES_MAX) {
      for (int i = 0; i < VALUE_COUNT; ++i) edit_byte(file, offset, edited_value(file->data[offset], i), counts);
    } else {
      edit_byte(file, offset, edited_value(file->data[offset], (int)(offset % VALUE_COUNT)), counts);
    }
  }
}

static int check_file(struct file *file, bool is_full, bool is_smallest) {
  struct exercise_counts whole = {0}, cut = {0}, edit = {0};
  current.path = file->path;
  current.slowest_us = 0;
  current.count = 0;
  int64_t begin = now_us();
  exercise("nothing", 0, 0, file->data, file->size, &whole);
  if (whole.loaded_count != 1) {
    fprintf(stderr, "byte_edits: %s does not load to begin with\n", file->path);
    return 1;
  }
  for (size_t size = 0; size < file->size; ++size) exercise("cut", size, 0, file->data, size, &cut);
  edit_file(file, is_full, is_smallest, &edit);
  printf("%s: %zu bytes, %llu cases in %.1f s, slowest %.1f ms\n", file->path, file->size, (unsigned long long)current.count,
         (double)(now_us() - begin) / 1e6, (double)current.slowest_us / 1e3);
  printf("  cut:    %llu refused, %llu loaded\n", (unsigned long long)cut.refused_count, (unsigned long long)cut.loaded_count);
  printf("  edited: %llu refused, %llu loaded; %llu calls returned, %llu failed\n", (unsigned long long)edit.refused_count,
         (unsigned long long)edit.loaded_count, (unsigned long long)edit.call_ok_count, (unsigned long long)edit.call_failed_count);
  if (__lsan_do_recoverable_leak_check != NULL && __lsan_do_recoverable_leak_check() != 0) return 1;
  return 0;
}

static int read_file(const char *path, struct file *out) {
  FILE *stream = fopen(path, "rb");
  *out = (struct file){.path = path, .data = malloc(FILE_BYTES_MAX)};
  if (stream != NULL && out->data != NULL) out->size = fread(out->data, 1, FILE_BYTES_MAX, stream);
  if (stream != NULL) fclose(stream);
  if (out->size != 0 && out->size < FILE_BYTES_MAX) return 0;
  fprintf(stderr, "byte_edits: cannot read %s, or it is over %d bytes\n", path, FILE_BYTES_MAX);
  return 1;
}

int main(int argc, char **argv) {
  enum { FILES_MAX = 64 };
  static struct file files[FILES_MAX];
  static const int signals[] = {SIGALRM, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  bool is_full = argc > 1 && strcmp(argv[1], "--full") == 0;
  int file_count = 0, error = 0, smallest = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  bool has_sanitizer = __sanitizer_set_death_callback != NULL;
  if (has_sanitizer) __sanitizer_set_death_callback(tell_case);
  for (size_t i = 0; i < (has_sanitizer ? 2 : sizeof signals / sizeof signals[0]); ++i) signal(signals[i], on_signal);
  for (int i = is_full ? 2 : 1; i < argc && file_count < FILES_MAX && error == 0; ++i) {
    error = read_file(argv[i], &files[file_count]);
    if (files[file_count].size < files[smallest].size) smallest = file_count;
    ++file_count;
  }
  for (int i = 0; i < file_count && error == 0; ++i) error = check_file(&files[i], is_full, i == smallest);
  for (int i = 0; i < file_count; ++i) free(files[i].data);
  return file_count == 0 ? 77 : error;
}
