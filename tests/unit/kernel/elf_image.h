// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Writes small executable images, byte by byte, for any machine: a query function, one kernel that
// stores a number in binding 0, a library with any number of exports, and one relocation of each kind.
// Tests then change single fields; the members below are the file offsets to do so.

#ifndef RDO_TESTS_UNIT_KERNEL_ELF_IMAGE_H_
#define RDO_TESTS_UNIT_KERNEL_ELF_IMAGE_H_

#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/elf.h"
#include "kernel/library.h"

enum { ELF_IMAGE_BYTES_MAX = 65536 };

enum { PH_READ, PH_CODE, PH_DATA, PH_DYNAMIC, PH_READ_ONLY, PH_NOTE, PH_COUNT };

enum {
  DYN_FLAGS, DYN_RELA, DYN_RELASZ, DYN_RELAENT, DYN_JMPREL, DYN_PLTRELSZ, DYN_PLTREL, DYN_SYMTAB, DYN_SYMENT,
  DYN_STRTAB, DYN_STRSZ, DYN_HASH, DYN_PLTGOT, DYN_SPARE, DYN_NULL, DYN_COUNT,
};

enum { SYMBOL_NULL, SYMBOL_QUERY, SYMBOL_KERNEL, SYMBOL_COUNT };

struct elf_image_options {
  uint16_t machine;
  uint64_t stride;  // distance of the segments in memory beyond that in the file
  uint32_t export_count;
  uint8_t answer;  // what the kernel stores
};

struct elf_image {
  uint8_t bytes[ELF_IMAGE_BYTES_MAX];
  uint64_t size;
  uint64_t stride;
  uint16_t machine;
  uint64_t program_headers, symbols, hash, names, names_bytes, relocations, relocation_count, slots;
  uint64_t query, kernel;
  uint64_t data, library, header, functions, attrs, export_names, import_symbols, symbol_word, slot_word, dynamic;
  uint64_t import_name;
};

static inline struct rdo_bytes elf_image_bytes(const struct elf_image *image) {
  return (struct rdo_bytes){image->bytes, image->size};
}

static inline void elf_image_put(struct elf_image *image, uint64_t offset, unsigned width, uint64_t value) {
  memcpy(image->bytes + offset, &value, width);
}

static inline uint64_t elf_image_get64(const struct elf_image *image, uint64_t offset) {
  return rdo_load_u64(image->bytes + offset);
}

static inline uint64_t elf_image_program_header(const struct elf_image *image, unsigned index) {
  return image->program_headers + index * sizeof(Elf64_Phdr);
}

static inline uint64_t elf_image_dynamic(const struct elf_image *image, unsigned index) {
  return image->dynamic + index * sizeof(Elf64_Dyn);
}

static inline uint64_t elf_image_symbol(const struct elf_image *image, unsigned index) {
  return image->symbols + index * sizeof(Elf64_Sym);
}

// The address at which a byte of the file comes to stand.
static inline uint64_t elf_image_address(const struct elf_image *image, uint64_t offset) {
  return offset + (offset >= image->data ? 2 : offset >= image->query ? 1 : 0) * image->stride;
}

static inline uint64_t elf_image_reserve(struct elf_image *image, uint64_t bytes, uint64_t alignment) {
  image->size = (image->size + alignment - 1) & ~(alignment - 1);
  uint64_t offset = image->size;
  image->size += bytes;
  return offset;
}

static inline uint64_t elf_image_text(struct elf_image *image, const char *text) {
  uint64_t offset = elf_image_reserve(image, strlen(text) + 1, 1);
  memcpy(image->bytes + offset, text, strlen(text) + 1);
  return offset;
}

static inline void elf_image_words(struct elf_image *image, uint64_t offset, const uint32_t *words, size_t count) {
  memcpy(image->bytes + offset, words, count * sizeof *words);
}

// query(version, environment): the library when version is 6, else NULL.
static inline void elf_image_write_query(struct elf_image *image) {
  uint64_t pc = elf_image_address(image, image->query), library = elf_image_address(image, image->library);
  if (image->machine == RDO_ELF_MACHINE_X86_64) {
    // cmp edi, 6; jne +8; lea rax, [rip + library]; ret; xor eax, eax; ret
    const uint8_t code[] = {0x83, 0xFF, 6, 0x75, 8, 0x48, 0x8D, 0x05, 0, 0, 0, 0, 0xC3, 0x31, 0xC0, 0xC3};
    memcpy(image->bytes + image->query, code, sizeof code);
    elf_image_put(image, image->query + 8, 4, library - (pc + 12));
  } else if (image->machine == RDO_ELF_MACHINE_AARCH64) {
    uint32_t delta = (uint32_t)(library - (pc + 8));
    // cmp w0, 6; b.ne +12; adr x0, library; ret; mov x0, 0; ret
    const uint32_t code[] = {0x7100181F, 0x54000061, 0x10000000 | (delta & 3) << 29 | (delta >> 2 & 0x7FFFF) << 5,
                             0xD65F03C0, 0xD2800000, 0xD65F03C0};
    elf_image_words(image, image->query, code, sizeof code / sizeof code[0]);
  } else {
    uint32_t delta = (uint32_t)(library - (pc + 8));
    // li t0, 6; bne a0, t0, +16; auipc a0, high; addi a0, a0, low; ret; li a0, 0; ret
    const uint32_t code[] = {0x00600293, 0x00551863, 0x00000517 | ((delta + 0x800) & 0xFFFFF000),
                             0x00050513 | (delta & 0xFFF) << 20, 0x00008067, 0x00000513, 0x00008067};
    elf_image_words(image, image->query, code, sizeof code / sizeof code[0]);
  }
}

// kernel(environment, dispatch, workgroup): *(u32 *)dispatch->binding_ptrs[0] = answer; returns 0.
static inline void elf_image_write_kernel(struct elf_image *image, uint8_t answer) {
  if (image->machine == RDO_ELF_MACHINE_X86_64) {
    // mov rax, [rsi + 32]; mov rax, [rax]; mov dword [rax], answer; xor eax, eax; ret
    const uint8_t code[] = {0x48, 0x8B, 0x46, 32, 0x48, 0x8B, 0, 0xC7, 0, answer, 0, 0, 0, 0x31, 0xC0, 0xC3};
    memcpy(image->bytes + image->kernel, code, sizeof code);
  } else if (image->machine == RDO_ELF_MACHINE_AARCH64) {
    // ldr x8, [x1, 32]; ldr x8, [x8]; mov w9, answer; str w9, [x8]; mov w0, 0; ret
    const uint32_t code[] = {0xF9401028, 0xF9400108, 0x52800009 | (uint32_t)answer << 5,
                             0xB9000109, 0x52800000, 0xD65F03C0};
    elf_image_words(image, image->kernel, code, sizeof code / sizeof code[0]);
  } else {
    // ld t0, 32(a1); ld t0, 0(t0); li t1, answer; sw t1, 0(t0); li a0, 0; ret
    const uint32_t code[] = {0x0205B283, 0x0002B283, 0x00000313 | (uint32_t)answer << 20,
                             0x0062A023, 0x00000513, 0x00008067};
    elf_image_words(image, image->kernel, code, sizeof code / sizeof code[0]);
  }
}

static inline uint32_t elf_image_relocation_type(const struct elf_image *image, int kind) {
  static const uint32_t types[3][3] = {
      {R_X86_64_RELATIVE, R_X86_64_64, R_X86_64_JUMP_SLOT},
      {R_AARCH64_RELATIVE, R_AARCH64_ABS64, R_AARCH64_JUMP_SLOT},
      {R_RISCV_RELATIVE, R_RISCV_64, R_RISCV_JUMP_SLOT},
  };
  return types[image->machine == RDO_ELF_MACHINE_X86_64 ? 0 : image->machine == RDO_ELF_MACHINE_AARCH64 ? 1 : 2][kind];
}

static inline void elf_image_relocation(struct elf_image *image, uint64_t at, uint64_t target, int kind,
                                        uint64_t symbol, uint64_t addend) {
  Elf64_Rela relocation = {elf_image_address(image, target),
                           ELF64_R_INFO(symbol, (uint64_t)elf_image_relocation_type(image, kind)), (int64_t)addend};
  memcpy(image->bytes + at, &relocation, sizeof relocation);
}

// Lets the pointer at `target` point at `value` (both file offsets).
static inline void elf_image_pointer(struct elf_image *image, uint64_t target, uint64_t value) {
  uint64_t at = image->relocations + image->relocation_count++ * sizeof(Elf64_Rela);
  elf_image_relocation(image, at, target, 0, 0, elf_image_address(image, value));
}

static inline void elf_image_write_library(struct elf_image *image, uint32_t export_count, uint64_t names) {
  elf_image_put(image, image->header, 4, RDO_LIBRARY_VERSION);
  elf_image_pointer(image, image->header + offsetof(struct rdo_library_header, name), names);
  elf_image_pointer(image, image->library, image->header);
  elf_image_pointer(image, image->library + offsetof(struct rdo_library, import_symbols), image->import_symbols);
  elf_image_pointer(image, image->import_symbols, image->import_name);
  elf_image_put(image, image->library + offsetof(struct rdo_library, export_count), 4, export_count);
  elf_image_pointer(image, image->library + offsetof(struct rdo_library, export_functions), image->functions);
  elf_image_pointer(image, image->library + offsetof(struct rdo_library, export_attrs), image->attrs);
  elf_image_pointer(image, image->library + offsetof(struct rdo_library, export_names), image->export_names);
  for (uint32_t i = 0; i < export_count; ++i) {
    struct rdo_dispatch_attrs attrs = {.binding_count = 1, .workgroup_size_x = 1, .workgroup_size_y = 1, .workgroup_size_z = 1};
    memcpy(image->bytes + image->attrs + i * sizeof attrs, &attrs, sizeof attrs);
    elf_image_pointer(image, image->functions + i * 8, image->kernel);
    elf_image_pointer(image, image->export_names + i * 8, names + i * 8);
  }
}

static inline void elf_image_write_symbols(struct elf_image *image) {
  Elf64_Sym query = {.st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 1,
                     .st_value = elf_image_address(image, image->query)};
  Elf64_Sym kernel = {.st_name = 1 + sizeof RDO_LIBRARY_QUERY_SYMBOL, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                      .st_shndx = 1, .st_value = elf_image_address(image, image->kernel)};
  memcpy(image->bytes + elf_image_symbol(image, SYMBOL_QUERY), &query, sizeof query);
  memcpy(image->bytes + elf_image_symbol(image, SYMBOL_KERNEL), &kernel, sizeof kernel);
  // One bucket: chain 1, 2, end.
  const uint32_t hash[] = {1, SYMBOL_COUNT, SYMBOL_QUERY, 0, SYMBOL_KERNEL, 0};
  elf_image_words(image, image->hash, hash, sizeof hash / sizeof hash[0]);
}

static inline void elf_image_write_dynamic(struct elf_image *image) {
  const uint64_t entries[DYN_COUNT][2] = {
      [DYN_FLAGS] = {DT_FLAGS, DF_BIND_NOW},
      [DYN_RELA] = {DT_RELA, elf_image_address(image, image->relocations)},
      [DYN_RELASZ] = {DT_RELASZ, image->relocation_count * sizeof(Elf64_Rela)},
      [DYN_RELAENT] = {DT_RELAENT, sizeof(Elf64_Rela)},
      [DYN_JMPREL] = {DT_JMPREL, elf_image_address(image, image->slots)},
      [DYN_PLTRELSZ] = {DT_PLTRELSZ, sizeof(Elf64_Rela)},
      [DYN_PLTREL] = {DT_PLTREL, DT_RELA},
      [DYN_SYMTAB] = {DT_SYMTAB, elf_image_address(image, image->symbols)},
      [DYN_SYMENT] = {DT_SYMENT, sizeof(Elf64_Sym)},
      [DYN_STRTAB] = {DT_STRTAB, elf_image_address(image, image->names)},
      [DYN_STRSZ] = {DT_STRSZ, image->names_bytes},
      [DYN_HASH] = {DT_HASH, elf_image_address(image, image->hash)},
      [DYN_PLTGOT] = {DT_PLTGOT, elf_image_address(image, image->slot_word - 16)},  // libc fills two words
      [DYN_SPARE] = {DT_DEBUG, 0},
      [DYN_NULL] = {DT_NULL, 0},
  };
  memcpy(image->bytes + image->dynamic, entries, sizeof entries);
}

static inline void elf_image_write_headers(struct elf_image *image) {
  Elf64_Ehdr file = {
      .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT, ELFOSABI_SYSV},
      .e_type = ET_DYN, .e_machine = image->machine, .e_version = EV_CURRENT, .e_phoff = image->program_headers,
      .e_flags = image->machine == RDO_ELF_MACHINE_RISCV ? EF_RISCV_FLOAT_ABI_DOUBLE : 0,
      .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = PH_COUNT,
      .e_shentsize = sizeof(Elf64_Shdr),
  };
  memcpy(image->bytes, &file, sizeof file);
  const struct { uint32_t type, flags; uint64_t begin, end, zeros; } parts[PH_COUNT] = {
      [PH_READ] = {PT_LOAD, PF_R, 0, image->query, 0},
      [PH_CODE] = {PT_LOAD, PF_R | PF_X, image->query, image->data, 0},
      [PH_DATA] = {PT_LOAD, PF_R | PF_W, image->data, image->size, 64},
      [PH_DYNAMIC] = {PT_DYNAMIC, PF_R | PF_W, image->dynamic, image->size, 0},
      [PH_READ_ONLY] = {PT_GNU_RELRO, PF_R, image->data, image->size, 64},
      [PH_NOTE] = {PT_NOTE, PF_R, 0, 0, 0},
  };
  for (unsigned i = 0; i < PH_COUNT; ++i) {
    uint64_t bytes = parts[i].end - parts[i].begin, address = elf_image_address(image, parts[i].begin);
    Elf64_Phdr header = {parts[i].type, parts[i].flags, parts[i].begin, address, address, bytes,
                         bytes + parts[i].zeros, parts[i].type == PT_LOAD ? image->stride : 8};
    memcpy(image->bytes + elf_image_program_header(image, i), &header, sizeof header);
  }
}

static inline void elf_image_build(struct elf_image *image, const struct elf_image_options *options) {
  uint32_t n = options->export_count;
  memset(image, 0, sizeof *image);
  image->machine = options->machine;
  image->stride = options->stride;
  // Readable: headers and tables.
  elf_image_reserve(image, sizeof(Elf64_Ehdr), 8);
  image->program_headers = elf_image_reserve(image, PH_COUNT * sizeof(Elf64_Phdr), 8);
  image->symbols = elf_image_reserve(image, SYMBOL_COUNT * sizeof(Elf64_Sym), 8);
  image->hash = elf_image_reserve(image, (2 + 1 + SYMBOL_COUNT) * 4, 8);
  image->names = elf_image_text(image, "");
  elf_image_text(image, RDO_LIBRARY_QUERY_SYMBOL);
  elf_image_text(image, "kernel");
  image->names_bytes = image->size - image->names;
  image->relocations = elf_image_reserve(image, (8 + 2 * n) * sizeof(Elf64_Rela), 8);
  image->slots = elf_image_reserve(image, sizeof(Elf64_Rela), 8);
  uint64_t names = elf_image_reserve(image, n * 8, 8);
  for (uint32_t i = 0; i < n; ++i) snprintf((char *)image->bytes + names + i * 8, 8, "k%u", i % 100000);
  image->import_name = elf_image_text(image, "?import");
  // Executable.
  image->query = elf_image_reserve(image, 32, 64);
  image->kernel = elf_image_reserve(image, 32, 4);
  // Writable: the library and the dynamic section.
  image->data = image->library = elf_image_reserve(image, sizeof(struct rdo_library), 64);
  image->header = elf_image_reserve(image, sizeof(struct rdo_library_header), 8);
  image->functions = elf_image_reserve(image, n * 8, 8);
  image->attrs = elf_image_reserve(image, n * sizeof(struct rdo_dispatch_attrs), 8);
  image->export_names = elf_image_reserve(image, n * 8, 8);
  image->import_symbols = elf_image_reserve(image, 8, 8);
  image->symbol_word = elf_image_reserve(image, 8, 8);
  image->slot_word = elf_image_reserve(image, 24, 8) + 16;
  image->dynamic = elf_image_reserve(image, DYN_COUNT * sizeof(Elf64_Dyn), 8);

  elf_image_write_query(image);
  elf_image_write_kernel(image, options->answer);
  elf_image_write_library(image, n, names);
  uint64_t at = image->relocations + image->relocation_count++ * sizeof(Elf64_Rela);
  elf_image_relocation(image, at, image->symbol_word, 1, SYMBOL_KERNEL, 4);
  elf_image_relocation(image, image->slots, image->slot_word, 2, SYMBOL_KERNEL, 0);
  elf_image_write_symbols(image);
  elf_image_write_dynamic(image);
  elf_image_write_headers(image);
}

#endif  // RDO_TESTS_UNIT_KERNEL_ELF_IMAGE_H_
