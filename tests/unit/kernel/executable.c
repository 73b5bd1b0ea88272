// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Executables end to end on this machine: images made by elf_image.h are loaded, run and refused, by
// the embedded and the system loader.

#include "kernel/executable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "elf_image.h"
#include "kernel/fat_elf.h"
#include "kernel/loader.h"
#include "rondo/runtime.h"

static struct elf_image image;
static struct rondo_diag diag;

static void build(uint32_t export_count, uint8_t answer) {
  // 64 KiB apart: separate pages on every host.
  elf_image_build(&image, &(struct elf_image_options){.machine = RDO_ELF_MACHINE_HOST, .stride = 0x10000,
                                                      .export_count = export_count, .answer = answer});
}

static struct rdo_bytes text(const char *string) { return (struct rdo_bytes){(const uint8_t *)string, strlen(string)}; }

static struct rdo_bytes format_of(const char *prefix) {
  static char format[64];
  snprintf(format, sizeof format, "%s%s", prefix, rdo_cpu_arch());
  return text(format);
}

static struct rdo_executable *load(const char *prefix, struct rdo_bytes data) {
  struct rdo_executable *executable = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rdo_executable_load(format_of(prefix), data, NULL, 0, &executable, &diag) != RONDO_OK) {
    fail_msg("not loaded: %s", diag.message);
  }
  assert_null(rondo_current_phase());
  return executable;
}

static void expect_failure_of(const char *prefix, struct rdo_bytes data, enum rondo_status wanted, const char *words) {
  struct rdo_executable *executable = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_executable_load(format_of(prefix), data, NULL, 0, &executable, &diag);
  if (status != wanted || strstr(diag.message, words) == NULL) {
    fail_msg("wanted %s with '%s', got %s '%s'", rondo_status_name(wanted), words, rondo_status_name(status),
             diag.message);
  }
  assert_null(executable);
  assert_null(rondo_current_phase());
}

static void expect_failure(enum rondo_status wanted, const char *words) {
  expect_failure_of("embedded-elf-", elf_image_bytes(&image), wanted, words);
}

static uint32_t dispatch(const struct rdo_executable *executable, int64_t index) {
  uint32_t result = 0;
  void *bindings[] = {&result};
  const size_t lengths[] = {sizeof result};
  const struct rdo_dispatch_state state = {
      .workgroup_size_x = 1, .workgroup_size_y = 1, .workgroup_size_z = 1, .workgroup_count_x = 1,
      .workgroup_count_y = 1, .workgroup_count_z = 1, .max_concurrency = 1, .binding_count = 1,
      .binding_ptrs = bindings, .binding_lengths = lengths,
  };
  const struct rdo_workgroup_state workgroup = {.processor_id = 0};
  assert_int_equal(executable->functions[index](&executable->environment, &state, &workgroup), 0);
  return result;
}

static void end(struct rdo_executable *executable) { rdo_object_release(&executable->object); }

static uint64_t library_field(size_t offset) { return image.library + offset; }
#define LIBRARY(field) library_field(offsetof(struct rdo_library, field))

// The permissions of the page at an address, such as "r-xp".
static void read_permissions(const void *address, char out_permissions[5]) {
  FILE *maps = fopen("/proc/self/maps", "r");
  assert_non_null(maps);
  char line[512];
  strcpy(out_permissions, "none");
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin, finish;
    char permissions[5];
    if (sscanf(line, "%lx-%lx %4s", &begin, &finish, permissions) != 3) continue;
    if ((uintptr_t)address >= begin && (uintptr_t)address < finish) strcpy(out_permissions, permissions);
  }
  fclose(maps);
}

static void expect_permissions(const void *address, const char *wanted) {
  char permissions[5];
  read_permissions(address, permissions);
  assert_string_equal(permissions, wanted);
}

static const void *code_address(rdo_dispatch_fn function) {
  const void *address;
  memcpy(&address, &function, sizeof address);
  return address;
}

static void test_loads_and_runs(void **state) {
  (void)state;
  build(2, 42);
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  assert_int_equal(executable->export_count, 2);
  assert_string_equal(executable->library_name, "k0");
  assert_string_equal(executable->names[1], "k1");
  assert_int_equal(executable->attrs[1].binding_count, 1);
  assert_int_equal(executable->byte_length, image.size);
  assert_int_equal(dispatch(executable, 0), 42);
  assert_int_equal(dispatch(executable, 1), 42);
  assert_memory_equal(executable->environment.processor_data, rdo_cpu_features(), 64);
  end(executable);
}

static int add_import(void *params, void *context, void *reserved) {
  return *(int *)params + *(int *)context + (reserved == NULL);
}

static void test_import_thunk_calls(void **state) {
  (void)state;
  build(1, 42);
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  int (*import)(void *, void *, void *) = add_import;
  void *function;
  memcpy(&function, &import, sizeof function);
  int params = 20, context = 2;
  assert_int_equal(executable->environment.import_thunk(function, &params, &context, NULL), 23);
  end(executable);
}

static void test_pages_have_one_permission(void **state) {
  (void)state;
  build(1, 42);
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  expect_permissions(executable->names[0], "r--p");
  expect_permissions(code_address(executable->functions[0]), "r-xp");
  expect_permissions(executable->functions, "r--p");  // read-only after relocation
  end(executable);

  elf_image_put(&image, elf_image_program_header(&image, PH_READ_ONLY), 4, PT_NULL);
  executable = load("embedded-elf-", elf_image_bytes(&image));
  expect_permissions(executable->functions, "rw-p");
  end(executable);
}

static void test_keeps_writable_neighbours_of_read_only_range(void **state) {
  (void)state;
  build(1, 42);
  // The range starts in the middle of the first page of its segment and ends in its last.
  uint64_t header = elf_image_program_header(&image, PH_READ_ONLY);
  uint64_t begin = elf_image_get64(&image, header + offsetof(Elf64_Phdr, p_vaddr));
  elf_image_put(&image, header + offsetof(Elf64_Phdr, p_vaddr), 8, begin + 128);
  elf_image_put(&image, elf_image_program_header(&image, PH_DATA) + offsetof(Elf64_Phdr, p_memsz), 8, 0x30000);
  elf_image_put(&image, header + offsetof(Elf64_Phdr, p_memsz), 8, 0x30000 - 256);
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  const uint8_t *library = (const uint8_t *)executable->functions - (image.functions - image.library);
  expect_permissions(library, "rw-p");
  expect_permissions(library + 0x18000, "r--p");
  expect_permissions(library + 0x30000 - 1, "rw-p");
  end(executable);
}

static void test_refuses_shared_pages(void **state) {
  (void)state;
  elf_image_build(&image, &(struct elf_image_options){.machine = RDO_ELF_MACHINE_HOST, .stride = 16,
                                                      .export_count = 1, .answer = 42});
  expect_failure(RONDO_FAILED_PRECONDITION, "segments 0 and 1 with different permissions share a page");
}

static void test_aligns_the_image(void **state) {
  (void)state;
  build(1, 42);
  elf_image_put(&image, elf_image_program_header(&image, PH_READ) + offsetof(Elf64_Phdr, p_align), 8, 1 << 21);
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  uintptr_t base = (uintptr_t)executable->functions - elf_image_address(&image, image.functions);
  assert_int_equal(base & ((1 << 21) - 1), 0);
  end(executable);
}

static void test_finds_exports(void **state) {
  (void)state;
  const uint32_t counts[] = {1, 8, 9, 100};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    build(counts[i], 7);
    struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
    for (uint32_t index = 0; index < counts[i]; ++index) {
      assert_int_equal(rdo_executable_find(executable, text(executable->names[index])), index);
    }
    assert_int_equal(rdo_executable_find(executable, text("k")), -1);
    assert_int_equal(rdo_executable_find(executable, text("k100")), -1);
    assert_int_equal(rdo_executable_find(executable, (struct rdo_bytes){NULL, 0}), -1);
    assert_int_equal(rdo_executable_find(executable, (struct rdo_bytes){(const uint8_t *)"k0\0", 3}), -1);
    assert_int_equal(dispatch(executable, counts[i] - 1), 7);
    end(executable);
  }
}

static void test_first_of_equal_names_is_found(void **state) {
  (void)state;
  build(20, 7);
  // Name 19 becomes a second "k3".
  for (uint64_t at = image.slots; at < image.import_name; ++at) {
    if (memcmp(image.bytes + at, "k19", 4) == 0) memcpy(image.bytes + at, "k3", 3);
  }
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  assert_string_equal(executable->names[19], "k3");
  assert_int_equal(rdo_executable_find(executable, text("k3")), 3);
  end(executable);
}

static void test_unknown_format(void **state) {
  (void)state;
  build(1, 42);
  struct rdo_executable *executable = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status =
      rdo_executable_load(text("embedded-elf-wasm_64"), elf_image_bytes(&image), NULL, 0, &executable, &diag);
  assert_int_equal(status, RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "embedded-elf-wasm_64"));
  assert_non_null(strstr(diag.message, rdo_cpu_arch()));
  assert_true(rdo_executable_format_supported(format_of("embedded-elf-")));
  assert_true(rdo_executable_format_supported(format_of("system-elf-")));
  assert_false(rdo_executable_format_supported(format_of("system-dylib-")));
  assert_false(rdo_executable_format_supported(text("embedded-elf-")));
  assert_false(rdo_executable_format_supported(text("embedded-elf-x86_64_")));
  assert_false(rdo_executable_format_supported((struct rdo_bytes){NULL, 0}));
}

static void test_malformed_image(void **state) {
  (void)state;
  build(1, 42);
  expect_failure_of("embedded-elf-", (struct rdo_bytes){NULL, 0}, RONDO_FAILED_PRECONDITION, "file header");
  image.bytes[0] = 0;
  expect_failure(RONDO_FAILED_PRECONDITION, "magic number");
}

static void test_query_declines(void **state) {
  (void)state;
  build(1, 42);
  // The functions at the start of the code compare their argument with another version.
  if (image.machine == RDO_ELF_MACHINE_X86_64) elf_image_put(&image, image.query + 2, 1, 5);
  if (image.machine == RDO_ELF_MACHINE_AARCH64) elf_image_put(&image, image.query, 4, 0x7100141F);
  if (image.machine == RDO_ELF_MACHINE_RISCV) elf_image_put(&image, image.query, 4, 0x00500293);
  expect_failure(RONDO_FAILED_PRECONDITION, "no library of version 6");
}

static void test_library_header(void **state) {
  (void)state;
  build(1, 42);
  elf_image_put(&image, image.header, 4, 5);
  expect_failure(RONDO_FAILED_PRECONDITION, "no library of version 6");
  build(1, 42);
  elf_image_put(&image, image.header + offsetof(struct rdo_library_header, sanitizer), 4, 3);
  expect_failure(RONDO_UNAVAILABLE, "runtime of sanitizer 3");
}

// Turns the relocation of the pointer at `target` into none, which leaves NULL.
static void unset_pointer(uint64_t target) {
  for (uint64_t i = 0; i < image.relocation_count; ++i) {
    uint64_t at = image.relocations + i * sizeof(Elf64_Rela);
    if (elf_image_get64(&image, at) == elf_image_address(&image, target)) {
      elf_image_put(&image, at + offsetof(Elf64_Rela, r_info), 8, 0);
    }
  }
}

static void test_missing_pointers(void **state) {
  (void)state;
  const struct { size_t field; const char *words; } fields[] = {
      {offsetof(struct rdo_library, header), "no library of version 6"},
      {offsetof(struct rdo_library, export_functions), "lacks a table of export functions"},
      {offsetof(struct rdo_library, export_attrs), "lacks a table"},
      {offsetof(struct rdo_library, export_names), "lacks a table"},
  };
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; ++i) {
    build(1, 42);
    unset_pointer(library_field(fields[i].field));
    expect_failure(RONDO_FAILED_PRECONDITION, fields[i].words);
  }
  build(2, 42);
  unset_pointer(image.functions + 8);
  expect_failure(RONDO_FAILED_PRECONDITION, "export 1 has no name or no function");
  build(2, 42);
  unset_pointer(image.export_names);
  expect_failure(RONDO_FAILED_PRECONDITION, "export 0 has no name or no function");
  build(1, 42);
  unset_pointer(image.header + offsetof(struct rdo_library_header, name));
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  assert_string_equal(executable->library_name, "");
  end(executable);
}

static void test_export_limits(void **state) {
  (void)state;
  build(1, 42);
  elf_image_put(&image, LIBRARY(export_count), 4, 0);
  expect_failure(RONDO_FAILED_PRECONDITION, "0 exports, 1 to 65536");
  elf_image_put(&image, LIBRARY(export_count), 4, 65537);
  expect_failure(RONDO_FAILED_PRECONDITION, "65537 exports");
  build(1, 42);
  elf_image_put(&image, image.attrs + offsetof(struct rdo_dispatch_attrs, binding_count), 1, 65);
  expect_failure(RONDO_FAILED_PRECONDITION, "export 0 'k0' takes 65 bindings");
  build(1, 42);
  elf_image_put(&image, image.attrs + offsetof(struct rdo_dispatch_attrs, constant_count), 1, 200);
  expect_failure(RONDO_FAILED_PRECONDITION, "200 constants");
}

static void test_imports(void **state) {
  (void)state;
  build(1, 42);
  elf_image_put(&image, LIBRARY(import_count), 4, 1);
  struct rdo_executable *executable = load("embedded-elf-", elf_image_bytes(&image));
  assert_null(executable->environment.import_functions[0]);
  assert_null(executable->environment.import_contexts[0]);
  end(executable);

  elf_image_put(&image, image.import_name, 1, '!');
  expect_failure(RONDO_UNAVAILABLE, "imports '!import'");
  unset_pointer(image.import_symbols);
  expect_failure(RONDO_FAILED_PRECONDITION, "import 0 has no name");
  unset_pointer(LIBRARY(import_symbols));
  expect_failure(RONDO_FAILED_PRECONDITION, "1 imports and no list");
  build(1, 42);
  elf_image_put(&image, LIBRARY(import_count), 4, UINT32_MAX);
  expect_failure(RONDO_FAILED_PRECONDITION, "4294967295 imports");
}

static void test_constants(void **state) {
  (void)state;
  build(1, 42);
  uint32_t constants[] = {11, 22};
  struct rdo_executable *executable = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  struct rdo_bytes format = format_of("embedded-elf-");
  assert_int_equal(rdo_executable_load(format, elf_image_bytes(&image), constants, 2, &executable, &diag),
                   RONDO_FAILED_PRECONDITION);
  assert_non_null(strstr(diag.message, "takes 0 specialization constants, 2 were given"));
  elf_image_put(&image, LIBRARY(constant_count), 4, 2);
  expect_failure(RONDO_FAILED_PRECONDITION, "takes 2 specialization constants, 0 were given");
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_executable_load(format, elf_image_bytes(&image), constants, 2, &executable, &diag), RONDO_OK);
  constants[0] = 0;
  assert_int_equal(executable->environment.constants[0], 11);
  assert_int_equal(executable->environment.constants[1], 22);
  end(executable);
}

static void test_system_loader(void **state) {
  (void)state;
  // Two at a time, and one after the other where the file descriptor number is used again: libc must
  // not take one for the other.
  build(1, 1);
  struct rdo_executable *first = load("system-elf-", elf_image_bytes(&image));
  build(1, 2);
  struct rdo_executable *second = load("system-elf-", elf_image_bytes(&image));
  assert_int_equal(dispatch(first, 0), 1);
  assert_int_equal(dispatch(second, 0), 2);
  end(first);
  build(1, 3);
  first = load("system-elf-", elf_image_bytes(&image));
  assert_int_equal(dispatch(first, 0), 3);
  assert_int_equal(dispatch(second, 0), 2);
  end(first);
  end(second);
  expect_failure_of("system-elf-", text("no library"), RONDO_FAILED_PRECONDITION, "system ELF: ");
  image.bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_SPARC;
  expect_failure_of("system-elf-", elf_image_bytes(&image), RONDO_FAILED_PRECONDITION, "is for machine 2");
}

static void test_system_loader_without_query(void **state) {
  (void)state;
  build(1, 1);
  elf_image_put(&image, image.names + 1, 1, 'I');
  expect_failure_of("system-elf-", elf_image_bytes(&image), RONDO_FAILED_PRECONDITION, RDO_LIBRARY_QUERY_SYMBOL);
}

static uint64_t append_trailer(uint64_t offset, uint64_t size, uint64_t debug_offset, uint64_t debug_size) {
  uint64_t at = elf_image_reserve(&image, 48, 8);
  memcpy(image.bytes + at, "IREEDBG", 8);
  const uint64_t words[] = {offset, size, debug_offset, debug_size};
  memcpy(image.bytes + at + 16, words, sizeof words);
  return at;
}

static void test_system_trailer(void **state) {
  (void)state;
  build(1, 5);
  uint64_t size = image.size;
  append_trailer(0, size, size, 0);
  struct rdo_executable *executable = load("system-elf-", elf_image_bytes(&image));
  assert_int_equal(dispatch(executable, 0), 5);
  end(executable);
  build(1, 5);
  append_trailer(0, size + 1, 0, 0);
  expect_failure_of("system-elf-", elf_image_bytes(&image), RONDO_FAILED_PRECONDITION, "trailer at byte");
  build(1, 5);
  append_trailer(0, size, UINT64_MAX, 2);
  expect_failure_of("system-elf-", elf_image_bytes(&image), RONDO_FAILED_PRECONDITION, "outside of it");
}

static void expect_exhausted(const char *prefix, const char *words) {
  expect_failure_of(prefix, elf_image_bytes(&image), RONDO_RESOURCE_EXHAUSTED, words);
}

static void test_no_file_descriptor(void **state) {
  (void)state;
  build(1, 1);
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  const struct rlimit lowered = {.rlim_cur = 0, .rlim_max = before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  expect_exhausted("system-elf-", "cannot make a memory file");
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

enum { LARGE_BYTES = 60 << 20 };

static bool can_reserve_large(void) {
  void *memory = mmap(NULL, LARGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  munmap(memory, LARGE_BYTES);
  return true;
}

static rlim_t used_address_space(void) {
  FILE *statm = fopen("/proc/self/statm", "r");
  assert_non_null(statm);
  unsigned long pages = 0;
  assert_int_equal(fscanf(statm, "%lu", &pages), 1);
  fclose(statm);
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void test_no_address_space(void **state) {
  (void)state;
  build(1, 1);
  elf_image_put(&image, elf_image_program_header(&image, PH_DATA) + offsetof(Elf64_Phdr, p_memsz), 8, LARGE_BYTES);
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
  // Half of what the image needs: enough for everything else that runs meanwhile.
  const struct rlimit lowered = {.rlim_cur = used_address_space() + LARGE_BYTES / 2, .rlim_max = before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_AS, &lowered), 0);
  bool is_enforced = !can_reserve_large();  // emulators ignore it
  if (is_enforced) expect_exhausted("embedded-elf-", "cannot reserve memory");
  assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
  if (!is_enforced) skip();
}

// Wraps the image as the second of two records, at an odd offset.
static struct rdo_bytes wrap_fat(uint8_t *storage, uint16_t first_machine, uint64_t size) {
  enum { PAYLOAD = 8 + 2 * 24 + 3 };
  memset(storage, 0, PAYLOAD);
  memcpy(storage, "\xFA\x70\x0E\x1F\x01\x00\x02\x00", 8);
  const uint16_t machine[] = {first_machine, RDO_ELF_MACHINE_HOST};
  for (int i = 0; i < 2; ++i) {
    uint8_t *record = storage + 8 + i * 24;
    memcpy(record, &machine[i], 2);
    record[4] = 2;
    record[5] = 1;
    rdo_store_u64(record + 8, PAYLOAD);
    rdo_store_u64(record + 16, size);
  }
  memcpy(storage + PAYLOAD, image.bytes, image.size);
  return (struct rdo_bytes){storage, PAYLOAD + image.size};
}

static void test_fat_elf(void **state) {
  (void)state;
  static uint8_t storage[ELF_IMAGE_BYTES_MAX + 128];
  build(1, 9);
  struct rdo_bytes fat = wrap_fat(storage, EM_SPARC, image.size);
  struct rdo_executable *executable = load("embedded-elf-", fat);
  assert_int_equal(dispatch(executable, 0), 9);
  end(executable);
  storage[8 + 24 + 4] = 1;  // a 32-bit one
  expect_failure_of("embedded-elf-", fat, RONDO_FAILED_PRECONDITION, "none of 2 records is for machine");
  fat = wrap_fat(storage, EM_SPARC, image.size + 1);
  expect_failure_of("embedded-elf-", fat, RONDO_FAILED_PRECONDITION, "record 1: bytes");
  fat = wrap_fat(storage, EM_SPARC, image.size);
  storage[6] = 255;
  fat.size = 200;
  expect_failure_of("embedded-elf-", fat, RONDO_FAILED_PRECONDITION, "with 255 records in 200 bytes");
  storage[4] = 2;
  storage[6] = 0;
  expect_failure_of("embedded-elf-", fat, RONDO_FAILED_PRECONDITION, "version 2");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_loads_and_runs),
      cmocka_unit_test(test_import_thunk_calls),
      cmocka_unit_test(test_pages_have_one_permission),
      cmocka_unit_test(test_keeps_writable_neighbours_of_read_only_range),
      cmocka_unit_test(test_refuses_shared_pages),
      cmocka_unit_test(test_aligns_the_image),
      cmocka_unit_test(test_finds_exports),
      cmocka_unit_test(test_first_of_equal_names_is_found),
      cmocka_unit_test(test_unknown_format),
      cmocka_unit_test(test_malformed_image),
      cmocka_unit_test(test_query_declines),
      cmocka_unit_test(test_library_header),
      cmocka_unit_test(test_missing_pointers),
      cmocka_unit_test(test_export_limits),
      cmocka_unit_test(test_imports),
      cmocka_unit_test(test_constants),
      cmocka_unit_test(test_system_loader),
      cmocka_unit_test(test_system_loader_without_query),
      cmocka_unit_test(test_system_trailer),
      cmocka_unit_test(test_no_file_descriptor),
      cmocka_unit_test(test_no_address_space),
      cmocka_unit_test(test_fat_elf),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
