// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The pure half of the ELF loader: what it accepts, each of its refusals, and that no edit or
// truncation of an image makes it touch a byte outside.

#include "kernel/elf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "elf_image.h"

static const uint16_t machines[] = {RDO_ELF_MACHINE_X86_64, RDO_ELF_MACHINE_AARCH64, RDO_ELF_MACHINE_RISCV};
enum { MACHINE_COUNT = 3 };

static struct elf_image image;  // the valid one of a test
static struct elf_image edited;

static void build(uint16_t machine) {
  elf_image_build(&image, &(struct elf_image_options){.machine = machine, .stride = 0x1000, .export_count = 2, .answer = 42});
  edited = image;
}

static enum rondo_status verify(const struct elf_image *which, struct rdo_elf_layout *layout, struct rondo_diag *diag) {
  *diag = (struct rondo_diag){.status = RONDO_OK};
  return rdo_elf_verify(elf_image_bytes(which), which->machine, layout, diag);
}

// Verifies `edited`, which must be refused in these words, and starts over from `image`.
static void expect_refusal(const char *words) {
  struct rdo_elf_layout layout;
  struct rondo_diag diag;
  enum rondo_status status = verify(&edited, &layout, &diag);
  if (status != RONDO_FAILED_PRECONDITION || strstr(diag.message, words) == NULL) {
    fail_msg("wanted a refusal with '%s', got %s '%s'", words, rondo_status_name(status), diag.message);
  }
  edited = image;
}

static void expect_acceptance(void) {
  struct rdo_elf_layout layout;
  struct rondo_diag diag;
  if (verify(&edited, &layout, &diag) != RONDO_OK) fail_msg("refused: '%s'", diag.message);
  edited = image;
}

static void edit(uint64_t offset, unsigned width, uint64_t value) { elf_image_put(&edited, offset, width, value); }

static void refuse(uint64_t offset, unsigned width, uint64_t value, const char *words) {
  edit(offset, width, value);
  expect_refusal(words);
}

static uint64_t ph(unsigned index, size_t field) { return elf_image_program_header(&image, index) + field; }

#define PH(index, field) ph((index), offsetof(Elf64_Phdr, field)), sizeof(((Elf64_Phdr *)0)->field)
#define EH(field) offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field)
#define SYM(index, field) \
  elf_image_symbol(&image, (index)) + offsetof(Elf64_Sym, field), sizeof(((Elf64_Sym *)0)->field)
#define RELA(offset, field) (offset) + offsetof(Elf64_Rela, field), sizeof(((Elf64_Rela *)0)->field)
#define TAG(index) elf_image_dynamic(&image, (index)), 8
#define VALUE(index) elf_image_dynamic(&image, (index)) + 8, 8

static void test_accepts_every_machine(void **state) {
  (void)state;
  for (int i = 0; i < MACHINE_COUNT; ++i) {
    struct rdo_elf_layout layout;
    struct rondo_diag diag;
    build(machines[i]);
    assert_int_equal(verify(&image, &layout, &diag), RONDO_OK);
    assert_int_equal(layout.machine, machines[i]);
    assert_int_equal(layout.segment_count, 3);
    assert_int_equal(layout.segments[1].flags, RDO_ELF_READ | RDO_ELF_EXECUTE);
    assert_int_equal(layout.alignment, 0x1000);
    assert_int_equal(layout.memory_bytes, elf_image_address(&image, image.size) + 64);
    assert_int_equal(layout.query_address, elf_image_address(&image, image.query));
    assert_int_equal(layout.relocations[0].count, image.relocation_count);
    assert_int_equal(layout.relocations[1].count, 1);
    assert_int_equal(layout.symbol_count, SYMBOL_COUNT);
    assert_int_equal(layout.read_only_begin, elf_image_address(&image, image.data));
    assert_int_equal(layout.read_only_end, layout.memory_bytes);
  }
}

static void test_copies_and_relocates(void **state) {
  (void)state;
  const uint64_t base = UINT64_C(0x7F0012345000);
  for (int i = 0; i < MACHINE_COUNT; ++i) {
    struct rdo_elf_layout layout;
    struct rondo_diag diag;
    build(machines[i]);
    assert_int_equal(verify(&image, &layout, &diag), RONDO_OK);
    uint8_t *memory = calloc(1, layout.memory_bytes);
    assert_non_null(memory);
    rdo_elf_copy(&layout, elf_image_bytes(&image), memory);
    rdo_elf_relocate(&layout, elf_image_bytes(&image), memory, base);
    uint64_t kernel = base + elf_image_address(&image, image.kernel);
    assert_memory_equal(memory + elf_image_address(&image, image.kernel), image.bytes + image.kernel, 32);
    assert_int_equal(rdo_load_u64(memory + elf_image_address(&image, image.functions)), kernel);
    assert_int_equal(rdo_load_u64(memory + elf_image_address(&image, image.symbol_word)), kernel + 4);
    assert_int_equal(rdo_load_u64(memory + elf_image_address(&image, image.slot_word)), kernel);
    assert_int_equal(rdo_load_u64(memory + elf_image_address(&image, image.library)),
                     base + elf_image_address(&image, image.header));
    free(memory);
  }
}

static void test_refuses_file_headers(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  edited.size = 63;
  expect_refusal("63 bytes are less than the file header");
  refuse(1, 1, 'F', "byte 0: magic number");
  refuse(EI_CLASS, 1, ELFCLASS32, "byte 4: class is 1");
  refuse(EI_DATA, 1, ELFDATA2MSB, "byte 5: byte order");
  refuse(EI_VERSION, 1, 2, "byte 6: identification version");
  refuse(EI_OSABI, 1, ELFOSABI_FREEBSD, "byte 7: system ABI");
  refuse(EH(e_type), ET_EXEC, "byte 16: file type is 2 where 3");
  refuse(EH(e_machine), EM_AARCH64, "byte 18: machine is 183 where 62");
  refuse(EH(e_version), 9, "byte 20: version");
  refuse(EH(e_ehsize), 52, "header size is 52 where 64");
  refuse(EH(e_phentsize), 32, "program header size is 32 where 56");
  refuse(EH(e_phnum), 0, "byte 56: 0 program headers");
  refuse(EH(e_phnum), 65, "65 program headers, 1 to 64");
  refuse(EH(e_phoff), image.size - 100, "byte 32: 6 program headers");
  refuse(EH(e_phoff), UINT64_MAX - 8, "leave the file");
}

static void test_refuses_other_float_abi(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_RISCV);
  edit(EH(e_flags), EF_RISCV_FLOAT_ABI_DOUBLE | EF_RISCV_RVC);
  expect_acceptance();
  refuse(EH(e_flags), EF_RISCV_FLOAT_ABI_SINGLE, "byte 48: flags 0x2 name a RISC-V float ABI");
  refuse(EH(e_flags), EF_RISCV_FLOAT_ABI_SOFT, "compile for lp64d");
}

static void test_refuses_segments(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  refuse(PH(PH_CODE, p_offset), image.size, "program header 1: bytes");
  refuse(PH(PH_CODE, p_offset), UINT64_MAX, "leave the file");
  refuse(PH(PH_CODE, p_filesz), image.size, "leave the file");
  refuse(PH(PH_READ, p_memsz), 8, "in the file for 8 in memory");
  refuse(PH(PH_DATA, p_memsz), UINT64_C(1) << 32, "program header 2: address");
  refuse(PH(PH_DATA, p_vaddr), UINT64_MAX - 64, "exceeds the");
  // 64 MiB and 64 times the file are fine, more is not.
  uint64_t limit = RDO_ELF_MEMORY_BYTES_FREE + RDO_ELF_MEMORY_PER_FILE_BYTE * image.size;
  edit(PH(PH_DATA, p_memsz), limit - elf_image_address(&image, image.data));
  expect_acceptance();
  refuse(PH(PH_DATA, p_memsz), limit - elf_image_address(&image, image.data) + 1, "bytes may use");
  refuse(PH(PH_DATA, p_align), 48, "alignment 48 is no power of two");
  refuse(PH(PH_DATA, p_align), RDO_ELF_ALIGNMENT_MAX * 2, "alignment 4194304");
  refuse(PH(PH_CODE, p_flags), PF_R | PF_W | PF_X, "program header 1: segment is writable and executable");
  refuse(PH(PH_CODE, p_vaddr), 0, "program header 1: address 0x0 is below the end");
  refuse(PH(PH_CODE, p_vaddr), image.query - 1, "of the segment before");
  for (uint64_t alignment = 0; alignment < 2; ++alignment) {
    edit(PH(PH_DATA, p_align), alignment);
    expect_acceptance();
  }
  // A system's loader maps pages of the file, so address and offset agree within one.
  refuse(PH(PH_DATA, p_vaddr), elf_image_address(&image, image.data) + 64, "program header 2: address 0x");
  refuse(PH(PH_DATA, p_offset), image.data - 8, "differ modulo the alignment");
}

static void test_memory_has_an_absolute_limit(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  uint64_t data = elf_image_address(&image, image.data), size = UINT64_C(1) << 25;  // times 64 is over the limit
  uint8_t *large = calloc(1, size);
  assert_non_null(large);
  for (unsigned excess = 0; excess < 2; ++excess) {
    struct rdo_elf_layout layout;
    struct rondo_diag diag = {.status = RONDO_OK};
    edit(PH(PH_DATA, p_memsz), RDO_ELF_MEMORY_BYTES_MAX - data + excess);
    memcpy(large, edited.bytes, image.size);
    enum rondo_status status = rdo_elf_verify((struct rdo_bytes){large, size}, image.machine, &layout, &diag);
    assert_int_equal(status, excess == 0 ? RONDO_OK : RONDO_FAILED_PRECONDITION);
  }
  free(large);
}

static void test_refuses_many_segments(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  // The table moves to the end of the file, followed by empty segments above all others.
  enum { EXTRA = RDO_ELF_SEGMENT_COUNT_MAX - 2 };
  uint64_t table = elf_image_reserve(&edited, (PH_COUNT + EXTRA) * sizeof(Elf64_Phdr), 8);
  memcpy(edited.bytes + table, edited.bytes + edited.program_headers, PH_COUNT * sizeof(Elf64_Phdr));
  for (unsigned i = 0; i < EXTRA; ++i) {
    Elf64_Phdr header = {PT_LOAD, PF_R, 0, 0x100000 + i * 0x1000, 0, 0, 0, 0};
    memcpy(edited.bytes + table + (PH_COUNT + i) * sizeof header, &header, sizeof header);
  }
  edit(EH(e_phoff), table);
  edit(EH(e_phnum), PH_COUNT + EXTRA);
  expect_refusal("program header 19: more than 16 segments");
}

static void test_refuses_program_headers(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  refuse(PH(PH_NOTE, p_type), PT_TLS, "program header 5: thread-local storage");
  refuse(PH(PH_NOTE, p_type), PT_INTERP, "PT_INTERP");
  refuse(PH(PH_NOTE, p_type), PT_DYNAMIC, "program header 5: second of type 0x2");
  refuse(PH(PH_NOTE, p_type), PT_GNU_RELRO, "second of type 0x6474e552");
  for (unsigned i = PH_READ; i <= PH_DATA; ++i) edit(PH(i, p_type), PT_NULL);
  expect_refusal("no segment to load");
  refuse(PH(PH_DYNAMIC, p_type), PT_NULL, "no dynamic section");
  refuse(PH(PH_READ_ONLY, p_vaddr), image.query, "PT_GNU_RELRO at address");  // below the code
  refuse(PH(PH_READ_ONLY, p_vaddr), elf_image_address(&image, image.query), "not in a writable segment");
  refuse(PH(PH_READ_ONLY, p_memsz), UINT64_MAX, "not in a writable segment");
  edit(PH(PH_READ_ONLY, p_type), PT_NULL);
  expect_acceptance();
  edit(PH(PH_READ_ONLY, p_memsz), 0x1000);  // rounded up by the linker: cut
  expect_acceptance();
}

static void test_refuses_dynamic_section(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  refuse(PH(PH_DYNAMIC, p_vaddr), 0x80, "PT_DYNAMIC names byte");
  refuse(PH(PH_DYNAMIC, p_vaddr), UINT64_MAX - 4, "PT_DYNAMIC at address");
  refuse(PH(PH_DYNAMIC, p_filesz), image.size, "is not within one loaded segment");
  refuse(PH(PH_DYNAMIC, p_filesz), (DYN_COUNT - 1) * sizeof(Elf64_Dyn), "no end (DT_NULL) in its 14 entries");
  static const struct { int64_t tag; const char *words; } refused[] = {
      {DT_NEEDED, "DT_NEEDED (7)"}, {DT_INIT, "DT_INIT (7)"}, {DT_FINI, "DT_FINI (7)"},
      {DT_INIT_ARRAYSZ, "DT_INIT_ARRAYSZ (7)"}, {DT_FINI_ARRAYSZ, "DT_FINI_ARRAYSZ (7)"},
      {DT_PREINIT_ARRAYSZ, "DT_PREINIT_ARRAYSZ (7)"}, {DT_TEXTREL, "DT_TEXTREL (7)"}, {DT_REL, "DT_REL (7)"},
      {DT_RELSZ, "DT_RELSZ (7)"}, {36, "dynamic tag 0x24 is not known"},  // DT_RELR
      {DT_VERNEED, "dynamic tag 0x6ffffffe"}, {DT_AUXILIARY, "dynamic tag 0x7ffffffd"}, {-1, "dynamic tag 0xffff"},
      {DT_RELA, "second DT_RELA"}, {DT_HASH, "second DT_HASH"},
  };
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; ++i) {
    edit(VALUE(DYN_SPARE), 7);
    refuse(TAG(DYN_SPARE), (uint64_t)refused[i].tag, refused[i].words);
  }
  static const int64_t accepted[] = {DT_INIT_ARRAY, DT_FINI_ARRAY, DT_PREINIT_ARRAY, DT_INIT_ARRAYSZ, DT_RELSZ,
                                     DT_SONAME, DT_GNU_HASH, DT_RELACOUNT, DT_FLAGS_1, 0x70000001};
  for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; ++i) {  // their value is 0
    edit(TAG(DYN_SPARE), (uint64_t)accepted[i]);
    expect_acceptance();
  }
  refuse(VALUE(DYN_FLAGS), DF_TEXTREL, "DT_FLAGS 0x4");
  refuse(VALUE(DYN_FLAGS), DF_STATIC_TLS, "DT_FLAGS 0x10");
  refuse(TAG(DYN_SYMTAB), DT_DEBUG, "no DT_SYMTAB");
  refuse(TAG(DYN_STRTAB), DT_DEBUG, "no DT_STRTAB");
  refuse(TAG(DYN_STRSZ), DT_DEBUG, "no DT_STRSZ");
  refuse(TAG(DYN_HASH), DT_DEBUG, "no DT_HASH");
  refuse(VALUE(DYN_RELAENT), 16, "DT_RELAENT is 16 where 24");
  refuse(VALUE(DYN_SYMENT), 16, "DT_SYMENT is 16 where 24");
  refuse(VALUE(DYN_PLTREL), DT_REL, "DT_PLTREL is 17 where 7");
}

static void test_refuses_symbols(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  refuse(VALUE(DYN_STRTAB), image.size * 2, "DT_STRTAB at address");
  refuse(VALUE(DYN_STRSZ), UINT64_MAX, "DT_STRTAB at address");
  refuse(VALUE(DYN_STRSZ), image.names_bytes - 1, "does not end in NUL");
  refuse(VALUE(DYN_STRSZ), 0, "does not end in NUL");
  refuse(VALUE(DYN_HASH), image.query - 4, "DT_HASH at address");
  refuse(image.hash, 4, UINT32_MAX, "DT_HASH at address");
  refuse(image.hash + 4, 4, UINT32_MAX, "DT_HASH at address");
  refuse(VALUE(DYN_SYMTAB), image.query - 8, "DT_SYMTAB at address");
  // Zero-filled memory holds no tables.
  refuse(VALUE(DYN_SYMTAB), elf_image_address(&image, image.size), "DT_SYMTAB at address");
  refuse(SYM(SYMBOL_KERNEL, st_name), image.names_bytes, "symbol 2: name at");
  refuse(SYM(SYMBOL_KERNEL, st_shndx), SHN_UNDEF, "symbol 2: 'kernel' is undefined");
  refuse(SYM(SYMBOL_KERNEL, st_shndx), SHN_ABS, "'kernel' is in special section 0xfff1");
  refuse(SYM(SYMBOL_KERNEL, st_info), ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC), "indirect function");
  refuse(SYM(SYMBOL_KERNEL, st_info), ELF64_ST_INFO(STB_GLOBAL, STT_TLS), "thread-local");
  refuse(SYM(SYMBOL_KERNEL, st_value), UINT64_C(1) << 40, "outside the image");
  refuse(SYM(SYMBOL_QUERY, st_info), ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), "symbol 1: 'iree_hal_executable_library_query' is no");
  refuse(SYM(SYMBOL_QUERY, st_value), elf_image_address(&image, image.data), "no function in an executable segment");
  refuse(PH(PH_CODE, p_filesz), 0, "no function in an executable segment");  // all zeros in memory
  refuse(SYM(SYMBOL_QUERY, st_name), 2, "none of 3 symbols");
  refuse(image.hash + 4, 4, 0, "none of 0 symbols");
}

static void test_refuses_relocations(void **state) {
  (void)state;
  for (int i = 0; i < MACHINE_COUNT; ++i) {
    build(machines[i]);
    uint64_t first = image.relocations, symbolic = image.relocations + (image.relocation_count - 1) * sizeof(Elf64_Rela);
    refuse(VALUE(DYN_RELASZ), 25, "DT_RELA: size 25");
    refuse(VALUE(DYN_RELASZ), 24 << 20, "DT_RELA at address");
    refuse(VALUE(DYN_RELA), UINT64_MAX, "DT_RELA at address");
    refuse(VALUE(DYN_PLTRELSZ), 23, "DT_JMPREL: size 23");
    refuse(VALUE(DYN_JMPREL), elf_image_address(&image, image.size), "DT_JMPREL at address");
    refuse(RELA(first, r_info), 99, "type 99 is not supported");
    refuse(RELA(first, r_offset), elf_image_address(&image, image.kernel), "not in a writable segment");
    refuse(RELA(first, r_offset), image.names, "not in a writable segment");
    refuse(RELA(first, r_offset), elf_image_address(&image, image.size) + 64 - 7, "8 bytes at address");
    refuse(RELA(first, r_offset), UINT64_MAX - 3, "8 bytes at address");
    edit(RELA(first, r_offset), elf_image_address(&image, image.size) + 64 - 8);  // zero-filled memory is fine
    expect_acceptance();
    refuse(RELA(first, r_addend), UINT64_MAX, "points outside the image");
    refuse(RELA(first, r_addend), elf_image_address(&image, image.size) + 64 + 1, "points outside the image");
    edit(RELA(first, r_addend), elf_image_address(&image, image.size) + 64);  // one past the end is a fine pointer
    expect_acceptance();
    refuse(first + offsetof(Elf64_Rela, r_info) + 4, 4, SYMBOL_KERNEL, "with symbol 2 of 3");
    refuse(symbolic + offsetof(Elf64_Rela, r_info) + 4, 4, SYMBOL_COUNT, "with symbol 3 of 3");
    refuse(symbolic + offsetof(Elf64_Rela, r_info) + 4, 4, 0, "with symbol 0 of 3");
    refuse(RELA(symbolic, r_addend), INT64_MAX, "points outside the image");
    refuse(RELA(image.slots, r_addend), 8, "slot with addend 8");
    edit(RELA(first, r_info), 0);  // the type that does nothing may say anything
    edit(RELA(first, r_offset), UINT64_MAX);
    expect_acceptance();
  }
}

// Applies an accepted image to memory of exactly its size, where the sanitizer sees a byte too far.
static void apply(const struct rdo_elf_layout *layout, struct rdo_bytes file) {
  static uint8_t *memory;
  static uint64_t memory_bytes;
  if (layout->memory_bytes > 1 << 20) return;
  if (memory_bytes != layout->memory_bytes) {
    free(memory);
    memory_bytes = layout->memory_bytes;
    memory = malloc(memory_bytes);
    assert_non_null(memory);
  }
  rdo_elf_copy(layout, file, memory);
  rdo_elf_relocate(layout, file, memory, 0x10000);
}

static void test_survives_truncation(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_AARCH64);
  for (uint64_t size = 0; size < image.size; ++size) {
    uint8_t *exact = malloc(size);  // so that the sanitizer knows the end
    if (size != 0) memcpy(exact, image.bytes, size);
    struct rdo_elf_layout layout;
    struct rondo_diag diag = {.status = RONDO_OK};
    enum rondo_status status = rdo_elf_verify((struct rdo_bytes){exact, size}, image.machine, &layout, &diag);
    assert_int_equal(status, RONDO_FAILED_PRECONDITION);
    assert_true(diag.message_length > 0);
    free(exact);
  }
}

static void test_survives_every_byte_edit(void **state) {
  (void)state;
  build(RDO_ELF_MACHINE_X86_64);
  uint8_t *exact = malloc(image.size);
  assert_non_null(exact);
  memcpy(exact, image.bytes, image.size);
  for (uint64_t offset = 0; offset < image.size; ++offset) {
    for (unsigned change = 1; change < 256; ++change) {
      exact[offset] = (uint8_t)(image.bytes[offset] ^ change);
      struct rdo_elf_layout layout;
      struct rdo_bytes file = {exact, image.size};
      if (rdo_elf_verify(file, image.machine, &layout, NULL) == RONDO_OK) apply(&layout, file);
    }
    exact[offset] = image.bytes[offset];
  }
  free(exact);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_accepts_every_machine),
      cmocka_unit_test(test_copies_and_relocates),
      cmocka_unit_test(test_refuses_file_headers),
      cmocka_unit_test(test_refuses_other_float_abi),
      cmocka_unit_test(test_refuses_segments),
      cmocka_unit_test(test_memory_has_an_absolute_limit),
      cmocka_unit_test(test_refuses_many_segments),
      cmocka_unit_test(test_refuses_program_headers),
      cmocka_unit_test(test_refuses_dynamic_section),
      cmocka_unit_test(test_refuses_symbols),
      cmocka_unit_test(test_refuses_relocations),
      cmocka_unit_test(test_survives_truncation),
      cmocka_unit_test(test_survives_every_byte_edit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
