// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// ELF verification and relocation on plain bytes. Order of work: file header, program headers (which
// fill layout->segments), dynamic section, symbols, relocations; each step relies on the ones before.
//
// Invariants:
//  - bytes are read only after rdo_range_fits or find_in_file said that they are in the file;
//  - all structures are read by memcpy: nothing in a container is aligned;
//  - tables are read from the file, never from the relocated image, so relocations cannot forge them;
//  - each loop is bounded by a count that fits in the file.

#include "kernel/elf.h"

#include <elf.h>
#include <inttypes.h>

#include "base/checked.h"
#include "kernel/library.h"

struct verifier {
  struct rdo_bytes file;
  struct rdo_elf_layout *layout;
  struct rondo_diag *diag;
  struct rdo_bytes names;  // the dynamic string table, its last byte is NUL
};

#define REFUSE(verifier, ...) rdo_fail((verifier)->diag, RONDO_FAILED_PRECONDITION, "ELF: " __VA_ARGS__)

// ---- File header ----------------------------------------------------------------------------------

struct field_check {
  const char *name;
  size_t offset;  // in the file
  uint64_t found;
  uint64_t wanted;
};

static enum rondo_status check_fields(struct verifier *v, const struct field_check *checks, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const struct field_check *check = &checks[i];
    if (check->found == check->wanted) continue;
    return REFUSE(v, "byte %zu: %s is %" PRIu64 " where %" PRIu64 " is needed", check->offset, check->name,
                  check->found, check->wanted);
  }
  return RONDO_OK;
}

// Floating-point registers that a call preserves are part of the RISC-V ABI: kernels built for another
// float ABI would destroy those of their caller.
static enum rondo_status check_float_abi(struct verifier *v, const Elf64_Ehdr *header) {
  if (header->e_machine != EM_RISCV || (header->e_flags & EF_RISCV_FLOAT_ABI) == EF_RISCV_FLOAT_ABI_DOUBLE) {
    return RONDO_OK;
  }
  return REFUSE(v, "byte %zu: flags 0x%x name a RISC-V float ABI other than double (compile for lp64d)",
                offsetof(Elf64_Ehdr, e_flags), header->e_flags);
}

static enum rondo_status check_header(struct verifier *v, uint16_t machine, Elf64_Ehdr *out_header) {
  if (v->file.size < sizeof *out_header) {
    return REFUSE(v, "%" PRIu64 " bytes are less than the file header of %zu", v->file.size, sizeof *out_header);
  }
  memcpy(out_header, v->file.data, sizeof *out_header);
  if (memcmp(out_header->e_ident, ELFMAG, SELFMAG) != 0) return REFUSE(v, "byte 0: magic number missing");
  const struct field_check checks[] = {
      {"class", EI_CLASS, out_header->e_ident[EI_CLASS], ELFCLASS64},
      {"byte order", EI_DATA, out_header->e_ident[EI_DATA], ELFDATA2LSB},
      {"identification version", EI_VERSION, out_header->e_ident[EI_VERSION], EV_CURRENT},
      {"system ABI", EI_OSABI, out_header->e_ident[EI_OSABI], ELFOSABI_SYSV},
      {"file type", offsetof(Elf64_Ehdr, e_type), out_header->e_type, ET_DYN},
      {"machine", offsetof(Elf64_Ehdr, e_machine), out_header->e_machine, machine},
      {"version", offsetof(Elf64_Ehdr, e_version), out_header->e_version, EV_CURRENT},
      {"header size", offsetof(Elf64_Ehdr, e_ehsize), out_header->e_ehsize, sizeof(Elf64_Ehdr)},
      {"program header size", offsetof(Elf64_Ehdr, e_phentsize), out_header->e_phentsize, sizeof(Elf64_Phdr)},
  };
  RDO_TRY(check_fields(v, checks, sizeof checks / sizeof checks[0]));
  RDO_TRY(check_float_abi(v, out_header));
  if (out_header->e_phnum == 0 || out_header->e_phnum > RDO_ELF_PROGRAM_HEADER_COUNT_MAX) {
    return REFUSE(v, "byte %zu: %u program headers, 1 to %d are supported", offsetof(Elf64_Ehdr, e_phnum),
                  out_header->e_phnum, RDO_ELF_PROGRAM_HEADER_COUNT_MAX);
  }
  if (!rdo_range_fits(out_header->e_phoff, out_header->e_phnum * sizeof(Elf64_Phdr), v->file.size)) {
    return REFUSE(v, "byte %zu: %u program headers at byte %" PRIu64 " leave the file of %" PRIu64 " bytes",
                  offsetof(Elf64_Ehdr, e_phoff), out_header->e_phnum, out_header->e_phoff, v->file.size);
  }
  return RONDO_OK;
}

// ---- Program headers ------------------------------------------------------------------------------

// The program headers that are needed after the walk; type PT_NULL when absent.
struct special_headers {
  Elf64_Phdr dynamic;
  Elf64_Phdr read_only;
};

// Zero-filled memory costs nothing until it is touched, but a small file must not reserve the machine.
static uint64_t memory_limit(uint64_t file_bytes) {
  uint64_t limit = 0;
  if (!rdo_checked_mul(file_bytes, RDO_ELF_MEMORY_PER_FILE_BYTE, &limit) ||
      !rdo_checked_add(limit, RDO_ELF_MEMORY_BYTES_FREE, &limit) || limit > RDO_ELF_MEMORY_BYTES_MAX) {
    limit = RDO_ELF_MEMORY_BYTES_MAX;
  }
  return limit;
}

static enum rondo_status check_segment(struct verifier *v, unsigned index, const Elf64_Phdr *header) {
  if (!rdo_range_fits(header->p_offset, header->p_filesz, v->file.size)) {
    return REFUSE(v, "program header %u: bytes %" PRIu64 " + %" PRIu64 " leave the file of %" PRIu64 " bytes", index,
                  header->p_offset, header->p_filesz, v->file.size);
  }
  if (header->p_filesz > header->p_memsz) {
    return REFUSE(v, "program header %u: %" PRIu64 " bytes in the file for %" PRIu64 " in memory", index,
                  header->p_filesz, header->p_memsz);
  }
  if (!rdo_range_fits(header->p_vaddr, header->p_memsz, memory_limit(v->file.size))) {
    return REFUSE(v,
                  "program header %u: address 0x%" PRIx64 " + %" PRIu64 " bytes exceeds the %" PRIu64
                  " bytes of memory that a file of %" PRIu64 " bytes may use",
                  index, header->p_vaddr, header->p_memsz, memory_limit(v->file.size), v->file.size);
  }
  if (header->p_align > RDO_ELF_ALIGNMENT_MAX || (header->p_align != 0 && !rdo_is_power_of_two(header->p_align))) {
    return REFUSE(v, "program header %u: alignment %" PRIu64 " is no power of two up to %d", index, header->p_align,
                  RDO_ELF_ALIGNMENT_MAX);
  }
  if ((header->p_flags & (PF_W | PF_X)) == (PF_W | PF_X)) {
    return REFUSE(v, "program header %u: segment is writable and executable", index);
  }
  return RONDO_OK;
}

static enum rondo_status add_segment(struct verifier *v, unsigned index, const Elf64_Phdr *header) {
  struct rdo_elf_layout *layout = v->layout;
  RDO_TRY(check_segment(v, index, header));
  if (layout->segment_count == RDO_ELF_SEGMENT_COUNT_MAX) {
    return REFUSE(v, "program header %u: more than %d segments to load", index, RDO_ELF_SEGMENT_COUNT_MAX);
  }
  if (header->p_vaddr < layout->memory_bytes) {
    return REFUSE(v, "program header %u: address 0x%" PRIx64 " is below the end 0x%" PRIx64 " of the segment before",
                  index, header->p_vaddr, layout->memory_bytes);
  }
  if (header->p_align > 1 && ((header->p_vaddr - header->p_offset) & (header->p_align - 1)) != 0) {
    return REFUSE(v, "program header %u: address 0x%" PRIx64 " and byte %" PRIu64 " of the file differ modulo the alignment %" PRIu64,
                  index, header->p_vaddr, header->p_offset, header->p_align);
  }
  layout->segments[layout->segment_count++] = (struct rdo_elf_segment){
      .address = header->p_vaddr,
      .offset = header->p_offset,
      .file_bytes = header->p_filesz,
      .memory_bytes = header->p_memsz,
      .flags = header->p_flags & (PF_R | PF_W | PF_X),
  };
  layout->memory_bytes = header->p_vaddr + header->p_memsz;
  if (header->p_align > layout->alignment) layout->alignment = header->p_align;
  return RONDO_OK;
}

static enum rondo_status keep_single(struct verifier *v, unsigned index, const Elf64_Phdr *header, Elf64_Phdr *slot) {
  if (slot->p_type != PT_NULL) return REFUSE(v, "program header %u: second of type 0x%x", index, header->p_type);
  *slot = *header;
  return RONDO_OK;
}

static enum rondo_status check_program_header(struct verifier *v, unsigned index, const Elf64_Phdr *header,
                                              struct special_headers *special) {
  switch (header->p_type) {
    case PT_LOAD: return add_segment(v, index, header);
    case PT_DYNAMIC: return keep_single(v, index, header, &special->dynamic);
    case PT_GNU_RELRO: return keep_single(v, index, header, &special->read_only);
    case PT_INTERP: return REFUSE(v, "program header %u: wants a system loader (PT_INTERP)", index);
    case PT_TLS: return REFUSE(v, "program header %u: thread-local storage (PT_TLS) is not supported", index);
    default: return RONDO_OK;  // notes, attributes, the stack: nothing that loading needs
  }
}

static enum rondo_status check_program_headers(struct verifier *v, const Elf64_Ehdr *file_header,
                                               struct special_headers *special) {
  for (unsigned i = 0; i < file_header->e_phnum; ++i) {
    Elf64_Phdr header;
    memcpy(&header, v->file.data + file_header->e_phoff + i * sizeof header, sizeof header);
    RDO_TRY(check_program_header(v, i, &header, special));
  }
  if (v->layout->segment_count == 0) return REFUSE(v, "no segment to load");
  if (special->dynamic.p_type == PT_NULL) return REFUSE(v, "no dynamic section (PT_DYNAMIC), so no symbols");
  return RONDO_OK;
}

// The segment that holds [address, address + length), counting zero-filled memory or not; or NULL.
static const struct rdo_elf_segment *find_segment(const struct rdo_elf_layout *layout, uint64_t address,
                                                  uint64_t length, bool in_file) {
  for (uint32_t i = 0; i < layout->segment_count; ++i) {
    const struct rdo_elf_segment *segment = &layout->segments[i];
    uint64_t bytes = in_file ? segment->file_bytes : segment->memory_bytes;
    if (address >= segment->address && rdo_range_fits(address - segment->address, length, bytes)) return segment;
  }
  return NULL;
}

// Translates the address of a table to its place in the file.
static enum rondo_status find_in_file(struct verifier *v, const char *what, uint64_t address, uint64_t length,
                                      uint64_t *out_offset) {
  const struct rdo_elf_segment *segment = find_segment(v->layout, address, length, true);
  if (segment == NULL) {
    return REFUSE(v, "%s at address 0x%" PRIx64 " of %" PRIu64 " bytes is not within one loaded segment", what,
                  address, length);
  }
  *out_offset = segment->offset + (address - segment->address);
  return RONDO_OK;
}

// Linkers round the end of the range up to a page, so it may leave its segment there; what counts is
// the part inside.
static enum rondo_status check_read_only(struct verifier *v, const Elf64_Phdr *header) {
  if (header->p_type == PT_NULL || header->p_memsz == 0) return RONDO_OK;
  const struct rdo_elf_segment *segment = find_segment(v->layout, header->p_vaddr, 1, false);
  uint64_t end = 0;
  if (segment == NULL || (segment->flags & PF_W) == 0 || !rdo_checked_add(header->p_vaddr, header->p_memsz, &end)) {
    return REFUSE(v, "PT_GNU_RELRO at address 0x%" PRIx64 " of %" PRIu64 " bytes is not in a writable segment",
                  header->p_vaddr, header->p_memsz);
  }
  uint64_t segment_end = segment->address + segment->memory_bytes;
  v->layout->read_only_begin = header->p_vaddr;
  v->layout->read_only_end = end < segment_end ? end : segment_end;
  return RONDO_OK;
}

// ---- Dynamic section ------------------------------------------------------------------------------

enum dynamic_slot {
  SLOT_RELA, SLOT_RELASZ, SLOT_RELAENT, SLOT_JMPREL, SLOT_PLTRELSZ, SLOT_PLTREL,
  SLOT_SYMTAB, SLOT_SYMENT, SLOT_STRTAB, SLOT_STRSZ, SLOT_HASH, SLOT_FLAGS, SLOT_COUNT,
};

enum tag_rule { TAG_KEEP, TAG_IGNORE, TAG_REFUSE, TAG_REFUSE_NONZERO };

struct tag {
  int64_t number;
  const char *name;
  enum tag_rule rule;
  enum dynamic_slot slot;
};

// Every tag with a meaning for us. Others are refused, except those of the processor range, which
// describe lazy binding on all three machines: an unknown tag may ask for work (packed relocations
// did), and an image without that work crashes far from here.
static const struct tag tags[] = {
    {DT_RELA, "DT_RELA", TAG_KEEP, SLOT_RELA},
    {DT_RELASZ, "DT_RELASZ", TAG_KEEP, SLOT_RELASZ},
    {DT_RELAENT, "DT_RELAENT", TAG_KEEP, SLOT_RELAENT},
    {DT_JMPREL, "DT_JMPREL", TAG_KEEP, SLOT_JMPREL},
    {DT_PLTRELSZ, "DT_PLTRELSZ", TAG_KEEP, SLOT_PLTRELSZ},
    {DT_PLTREL, "DT_PLTREL", TAG_KEEP, SLOT_PLTREL},
    {DT_SYMTAB, "DT_SYMTAB", TAG_KEEP, SLOT_SYMTAB},
    {DT_SYMENT, "DT_SYMENT", TAG_KEEP, SLOT_SYMENT},
    {DT_STRTAB, "DT_STRTAB", TAG_KEEP, SLOT_STRTAB},
    {DT_STRSZ, "DT_STRSZ", TAG_KEEP, SLOT_STRSZ},
    {DT_HASH, "DT_HASH", TAG_KEEP, SLOT_HASH},
    {DT_FLAGS, "DT_FLAGS", TAG_KEEP, SLOT_FLAGS},
    {DT_NEEDED, "DT_NEEDED", TAG_REFUSE, 0},
    {DT_INIT, "DT_INIT", TAG_REFUSE, 0},
    {DT_FINI, "DT_FINI", TAG_REFUSE, 0},
    {DT_TEXTREL, "DT_TEXTREL", TAG_REFUSE, 0},
    {DT_REL, "DT_REL", TAG_REFUSE, 0},
    {DT_RELSZ, "DT_RELSZ", TAG_REFUSE_NONZERO, 0},
    {DT_RELENT, "DT_RELENT", TAG_IGNORE, 0},
    {DT_INIT_ARRAY, "DT_INIT_ARRAY", TAG_IGNORE, 0},
    {DT_INIT_ARRAYSZ, "DT_INIT_ARRAYSZ", TAG_REFUSE_NONZERO, 0},
    {DT_FINI_ARRAY, "DT_FINI_ARRAY", TAG_IGNORE, 0},
    {DT_FINI_ARRAYSZ, "DT_FINI_ARRAYSZ", TAG_REFUSE_NONZERO, 0},
    {DT_PREINIT_ARRAY, "DT_PREINIT_ARRAY", TAG_IGNORE, 0},
    {DT_PREINIT_ARRAYSZ, "DT_PREINIT_ARRAYSZ", TAG_REFUSE_NONZERO, 0},
    {DT_PLTGOT, "DT_PLTGOT", TAG_IGNORE, 0},
    {DT_SONAME, "DT_SONAME", TAG_IGNORE, 0},
    {DT_RPATH, "DT_RPATH", TAG_IGNORE, 0},
    {DT_RUNPATH, "DT_RUNPATH", TAG_IGNORE, 0},
    {DT_SYMBOLIC, "DT_SYMBOLIC", TAG_IGNORE, 0},
    {DT_DEBUG, "DT_DEBUG", TAG_IGNORE, 0},
    {DT_BIND_NOW, "DT_BIND_NOW", TAG_IGNORE, 0},
    {DT_FLAGS_1, "DT_FLAGS_1", TAG_IGNORE, 0},
    {DT_RELACOUNT, "DT_RELACOUNT", TAG_IGNORE, 0},
    {DT_GNU_HASH, "DT_GNU_HASH", TAG_IGNORE, 0},
    {DT_VERSYM, "DT_VERSYM", TAG_IGNORE, 0},
    {DT_VERDEF, "DT_VERDEF", TAG_IGNORE, 0},
    {DT_VERDEFNUM, "DT_VERDEFNUM", TAG_IGNORE, 0},
};

struct dynamic {
  uint64_t values[SLOT_COUNT];  // 0 when absent
  bool is_present[SLOT_COUNT];
};

static enum rondo_status apply_tag(struct verifier *v, uint64_t offset, const struct tag *tag, uint64_t value,
                                   struct dynamic *dynamic) {
  if (tag->rule == TAG_REFUSE || (tag->rule == TAG_REFUSE_NONZERO && value != 0)) {
    return REFUSE(v, "byte %" PRIu64 ": %s (%" PRIu64 ") is not supported", offset, tag->name, value);
  }
  if (tag->rule != TAG_KEEP) return RONDO_OK;
  if (dynamic->is_present[tag->slot]) return REFUSE(v, "byte %" PRIu64 ": second %s", offset, tag->name);
  dynamic->is_present[tag->slot] = true;
  dynamic->values[tag->slot] = value;
  return RONDO_OK;
}

static enum rondo_status check_dynamic_entry(struct verifier *v, uint64_t offset, const Elf64_Dyn *entry,
                                             struct dynamic *dynamic) {
  for (size_t i = 0; i < sizeof tags / sizeof tags[0]; ++i) {
    if (tags[i].number == entry->d_tag) return apply_tag(v, offset, &tags[i], entry->d_un.d_val, dynamic);
  }
  if (entry->d_tag >= DT_LOPROC && entry->d_tag < DT_AUXILIARY) return RONDO_OK;
  return REFUSE(v, "byte %" PRIu64 ": dynamic tag 0x%" PRIx64 " is not known", offset, (uint64_t)entry->d_tag);
}

static enum rondo_status read_dynamic(struct verifier *v, const Elf64_Phdr *header, struct dynamic *out_dynamic) {
  uint64_t begin = 0;
  RDO_TRY(find_in_file(v, "PT_DYNAMIC", header->p_vaddr, header->p_filesz, &begin));
  if (begin != header->p_offset) {
    return REFUSE(v, "PT_DYNAMIC names byte %" PRIu64 ", but its address 0x%" PRIx64 " is byte %" PRIu64,
                  header->p_offset, header->p_vaddr, begin);
  }
  uint64_t count = header->p_filesz / sizeof(Elf64_Dyn);
  for (uint64_t i = 0; i < count; ++i) {
    Elf64_Dyn entry;
    uint64_t offset = begin + i * sizeof entry;
    memcpy(&entry, v->file.data + offset, sizeof entry);
    if (entry.d_tag == DT_NULL) return RONDO_OK;
    RDO_TRY(check_dynamic_entry(v, offset, &entry, out_dynamic));
  }
  return REFUSE(v, "dynamic section at byte %" PRIu64 " has no end (DT_NULL) in its %" PRIu64 " entries", begin, count);
}

static enum rondo_status check_dynamic(struct verifier *v, const struct dynamic *dynamic) {
  static const struct { enum dynamic_slot slot; const char *name; } needed[] = {
      {SLOT_SYMTAB, "DT_SYMTAB"}, {SLOT_STRTAB, "DT_STRTAB"}, {SLOT_STRSZ, "DT_STRSZ"}, {SLOT_HASH, "DT_HASH"},
  };
  for (size_t i = 0; i < sizeof needed / sizeof needed[0]; ++i) {
    if (!dynamic->is_present[needed[i].slot]) return REFUSE(v, "dynamic section has no %s", needed[i].name);
  }
  static const struct { enum dynamic_slot slot; const char *name; uint64_t value; } fixed[] = {
      {SLOT_RELAENT, "DT_RELAENT", sizeof(Elf64_Rela)},
      {SLOT_SYMENT, "DT_SYMENT", sizeof(Elf64_Sym)},
      {SLOT_PLTREL, "DT_PLTREL", DT_RELA},
  };
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; ++i) {
    if (!dynamic->is_present[fixed[i].slot] || dynamic->values[fixed[i].slot] == fixed[i].value) continue;
    return REFUSE(v, "%s is %" PRIu64 " where %" PRIu64 " is needed", fixed[i].name, dynamic->values[fixed[i].slot],
                  fixed[i].value);
  }
  if ((dynamic->values[SLOT_FLAGS] & (DF_TEXTREL | DF_STATIC_TLS)) != 0) {
    return REFUSE(v, "DT_FLAGS 0x%" PRIx64 " ask for text relocations or static TLS", dynamic->values[SLOT_FLAGS]);
  }
  return RONDO_OK;
}

// ---- Symbols --------------------------------------------------------------------------------------

static Elf64_Sym load_symbol(const struct rdo_elf_layout *layout, struct rdo_bytes file, uint64_t index) {
  Elf64_Sym symbol;
  memcpy(&symbol, file.data + layout->symbols_offset + index * sizeof symbol, sizeof symbol);
  return symbol;
}

static enum rondo_status find_names(struct verifier *v, const struct dynamic *dynamic) {
  uint64_t offset = 0, size = dynamic->values[SLOT_STRSZ];
  RDO_TRY(find_in_file(v, "DT_STRTAB", dynamic->values[SLOT_STRTAB], size, &offset));
  if (size == 0 || v->file.data[offset + size - 1] != 0) {
    return REFUSE(v, "string table at byte %" PRIu64 " of %" PRIu64 " bytes does not end in NUL", offset, size);
  }
  v->names = (struct rdo_bytes){v->file.data + offset, size};
  return RONDO_OK;
}

// The symbol table has no size of its own: its length is the chain count of the hash table.
static enum rondo_status find_symbols(struct verifier *v, const struct dynamic *dynamic) {
  uint64_t hash = 0, address = dynamic->values[SLOT_HASH];
  RDO_TRY(find_in_file(v, "DT_HASH", address, 2 * sizeof(uint32_t), &hash));
  uint64_t bucket_count = rdo_load_u32(v->file.data + hash);
  uint64_t chain_count = rdo_load_u32(v->file.data + hash + sizeof(uint32_t));
  RDO_TRY(find_in_file(v, "DT_HASH", address, (2 + bucket_count + chain_count) * sizeof(uint32_t), &hash));
  v->layout->symbol_count = chain_count;
  return find_in_file(v, "DT_SYMTAB", dynamic->values[SLOT_SYMTAB], chain_count * sizeof(Elf64_Sym),
                      &v->layout->symbols_offset);
}

static enum rondo_status check_symbol(struct verifier *v, uint64_t index, const Elf64_Sym *symbol) {
  if (symbol->st_name >= v->names.size) {
    return REFUSE(v, "symbol %" PRIu64 ": name at %u is outside the %" PRIu64 " bytes of names", index,
                  symbol->st_name, v->names.size);
  }
  const char *name = (const char *)v->names.data + symbol->st_name;
  if (symbol->st_shndx == SHN_UNDEF) return REFUSE(v, "symbol %" PRIu64 ": '%s' is undefined", index, name);
  if (symbol->st_shndx >= SHN_LORESERVE) {
    return REFUSE(v, "symbol %" PRIu64 ": '%s' is in special section 0x%x", index, name, symbol->st_shndx);
  }
  unsigned type = ELF64_ST_TYPE(symbol->st_info);
  if (type == STT_GNU_IFUNC || type == STT_TLS) {
    return REFUSE(v, "symbol %" PRIu64 ": '%s' is an indirect function or thread-local", index, name);
  }
  if (symbol->st_value > v->layout->memory_bytes) {
    return REFUSE(v, "symbol %" PRIu64 ": '%s' at address 0x%" PRIx64 " is outside the image of %" PRIu64 " bytes",
                  index, name, symbol->st_value, v->layout->memory_bytes);
  }
  return RONDO_OK;
}

static enum rondo_status check_query(struct verifier *v, uint64_t index, const Elf64_Sym *symbol) {
  const struct rdo_elf_segment *segment = find_segment(v->layout, symbol->st_value, 1, true);
  if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || segment == NULL || (segment->flags & PF_X) == 0) {
    return REFUSE(v, "symbol %" PRIu64 ": '%s' is no function in an executable segment", index,
                  RDO_LIBRARY_QUERY_SYMBOL);
  }
  v->layout->query_address = symbol->st_value;
  return RONDO_OK;
}

static enum rondo_status check_symbols(struct verifier *v) {
  bool has_query = false;
  for (uint64_t i = 1; i < v->layout->symbol_count; ++i) {
    Elf64_Sym symbol = load_symbol(v->layout, v->file, i);
    RDO_TRY(check_symbol(v, i, &symbol));
    if (has_query || strcmp((const char *)v->names.data + symbol.st_name, RDO_LIBRARY_QUERY_SYMBOL) != 0) continue;
    RDO_TRY(check_query(v, i, &symbol));
    has_query = true;
  }
  if (!has_query) {
    return REFUSE(v, "none of %" PRIu64 " symbols is '%s'", v->layout->symbol_count, RDO_LIBRARY_QUERY_SYMBOL);
  }
  return RONDO_OK;
}

// ---- Relocations ----------------------------------------------------------------------------------

enum relocation_kind {
  RELOCATE_UNKNOWN,
  RELOCATE_NONE,
  RELOCATE_BASE,    // base + addend
  RELOCATE_SYMBOL,  // symbol + addend
  RELOCATE_SLOT,    // symbol; machines differ on the addend, so it must be zero
};

// All kinds store 8 bytes. 32-bit and PC-relative types cannot work here: they reach neither a base
// anywhere in memory nor, as they belong in code, a writable segment.
static const struct { uint16_t machine; uint32_t type; enum relocation_kind kind; } relocation_types[] = {
    {EM_X86_64, R_X86_64_NONE, RELOCATE_NONE},         {EM_X86_64, R_X86_64_RELATIVE, RELOCATE_BASE},
    {EM_X86_64, R_X86_64_64, RELOCATE_SYMBOL},         {EM_X86_64, R_X86_64_GLOB_DAT, RELOCATE_SLOT},
    {EM_X86_64, R_X86_64_JUMP_SLOT, RELOCATE_SLOT},    {EM_AARCH64, R_AARCH64_NONE, RELOCATE_NONE},
    {EM_AARCH64, R_AARCH64_RELATIVE, RELOCATE_BASE},   {EM_AARCH64, R_AARCH64_ABS64, RELOCATE_SYMBOL},
    {EM_AARCH64, R_AARCH64_GLOB_DAT, RELOCATE_SLOT},   {EM_AARCH64, R_AARCH64_JUMP_SLOT, RELOCATE_SLOT},
    {EM_RISCV, R_RISCV_NONE, RELOCATE_NONE},           {EM_RISCV, R_RISCV_RELATIVE, RELOCATE_BASE},
    {EM_RISCV, R_RISCV_64, RELOCATE_SYMBOL},           {EM_RISCV, R_RISCV_JUMP_SLOT, RELOCATE_SLOT},
};

static enum relocation_kind classify_relocation(uint16_t machine, const Elf64_Rela *relocation) {
  for (size_t i = 0; i < sizeof relocation_types / sizeof relocation_types[0]; ++i) {
    if (relocation_types[i].machine == machine && relocation_types[i].type == ELF64_R_TYPE(relocation->r_info)) {
      return relocation_types[i].kind;
    }
  }
  return RELOCATE_UNKNOWN;
}

// The relocated value before the base is added: an address in the image. Wraps, and is checked after.
static uint64_t relocated_address(const struct rdo_elf_layout *layout, struct rdo_bytes file,
                                  enum relocation_kind kind, const Elf64_Rela *relocation) {
  uint64_t addend = (uint64_t)relocation->r_addend;
  if (kind == RELOCATE_BASE) return addend;
  return load_symbol(layout, file, ELF64_R_SYM(relocation->r_info)).st_value + addend;
}

static enum rondo_status check_relocation_symbol(struct verifier *v, uint64_t offset, enum relocation_kind kind,
                                                 const Elf64_Rela *relocation) {
  uint64_t symbol = ELF64_R_SYM(relocation->r_info);
  bool has_symbol = kind == RELOCATE_SYMBOL || kind == RELOCATE_SLOT;
  if (has_symbol ? symbol == 0 || symbol >= v->layout->symbol_count : symbol != 0) {
    return REFUSE(v, "relocation at byte %" PRIu64 ": type %" PRIu64 " with symbol %" PRIu64 " of %" PRIu64, offset,
                  (uint64_t)ELF64_R_TYPE(relocation->r_info), symbol, v->layout->symbol_count);
  }
  if (kind == RELOCATE_SLOT && relocation->r_addend != 0) {
    return REFUSE(v, "relocation at byte %" PRIu64 ": slot with addend %" PRId64, offset, relocation->r_addend);
  }
  return RONDO_OK;
}

static enum rondo_status check_relocation(struct verifier *v, uint64_t offset, const Elf64_Rela *relocation) {
  enum relocation_kind kind = classify_relocation(v->layout->machine, relocation);
  if (kind == RELOCATE_UNKNOWN) {
    return REFUSE(v, "relocation at byte %" PRIu64 ": type %" PRIu64 " is not supported", offset,
                  (uint64_t)ELF64_R_TYPE(relocation->r_info));
  }
  if (kind == RELOCATE_NONE) return RONDO_OK;
  const struct rdo_elf_segment *segment = find_segment(v->layout, relocation->r_offset, sizeof(uint64_t), false);
  if (segment == NULL || (segment->flags & PF_W) == 0) {
    return REFUSE(v, "relocation at byte %" PRIu64 ": 8 bytes at address 0x%" PRIx64 " are not in a writable segment",
                  offset, relocation->r_offset);
  }
  RDO_TRY(check_relocation_symbol(v, offset, kind, relocation));
  if (relocated_address(v->layout, v->file, kind, relocation) > v->layout->memory_bytes) {
    return REFUSE(v, "relocation at byte %" PRIu64 ": points outside the image of %" PRIu64 " bytes", offset,
                  v->layout->memory_bytes);
  }
  return RONDO_OK;
}

static Elf64_Rela load_relocation(struct rdo_bytes file, const struct rdo_elf_relocations *table, uint64_t index) {
  Elf64_Rela relocation;
  memcpy(&relocation, file.data + table->offset + index * sizeof relocation, sizeof relocation);
  return relocation;
}

static enum rondo_status check_relocations(struct verifier *v, const char *what, uint64_t address, uint64_t size,
                                           struct rdo_elf_relocations *out_table) {
  if (size == 0) return RONDO_OK;
  if (size % sizeof(Elf64_Rela) != 0) {
    return REFUSE(v, "%s: size %" PRIu64 " is no multiple of %zu", what, size, sizeof(Elf64_Rela));
  }
  RDO_TRY(find_in_file(v, what, address, size, &out_table->offset));
  out_table->count = size / sizeof(Elf64_Rela);
  for (uint64_t i = 0; i < out_table->count; ++i) {
    Elf64_Rela relocation = load_relocation(v->file, out_table, i);
    RDO_TRY(check_relocation(v, out_table->offset + i * sizeof relocation, &relocation));
  }
  return RONDO_OK;
}

// ---- Interface ------------------------------------------------------------------------------------

enum rondo_status rdo_elf_verify(struct rdo_bytes data, uint16_t machine, struct rdo_elf_layout *out_layout,
                                 struct rondo_diag *diag) {
  struct verifier v = {.file = data, .layout = out_layout, .diag = diag};
  struct special_headers special = {.dynamic = {.p_type = PT_NULL}, .read_only = {.p_type = PT_NULL}};
  struct dynamic dynamic = {.values = {0}};
  Elf64_Ehdr header;
  *out_layout = (struct rdo_elf_layout){.machine = machine, .alignment = 1};
  RDO_TRY(check_header(&v, machine, &header));
  RDO_TRY(check_program_headers(&v, &header, &special));
  RDO_TRY(check_read_only(&v, &special.read_only));
  RDO_TRY(read_dynamic(&v, &special.dynamic, &dynamic));
  RDO_TRY(check_dynamic(&v, &dynamic));
  RDO_TRY(find_names(&v, &dynamic));
  RDO_TRY(find_symbols(&v, &dynamic));
  RDO_TRY(check_symbols(&v));
  RDO_TRY(check_relocations(&v, "DT_RELA", dynamic.values[SLOT_RELA], dynamic.values[SLOT_RELASZ],
                            &out_layout->relocations[0]));
  return check_relocations(&v, "DT_JMPREL", dynamic.values[SLOT_JMPREL], dynamic.values[SLOT_PLTRELSZ],
                           &out_layout->relocations[1]);
}

void rdo_elf_copy(const struct rdo_elf_layout *layout, struct rdo_bytes data, uint8_t *memory) {
  for (uint32_t i = 0; i < layout->segment_count; ++i) {
    const struct rdo_elf_segment *segment = &layout->segments[i];
    if (segment->file_bytes == 0) continue;
    memcpy(memory + segment->address, data.data + segment->offset, segment->file_bytes);
  }
}

void rdo_elf_relocate(const struct rdo_elf_layout *layout, struct rdo_bytes data, uint8_t *memory, uint64_t base) {
  for (int table = 0; table < 2; ++table) {
    const struct rdo_elf_relocations *relocations = &layout->relocations[table];
    for (uint64_t i = 0; i < relocations->count; ++i) {
      Elf64_Rela relocation = load_relocation(data, relocations, i);
      enum relocation_kind kind = classify_relocation(layout->machine, &relocation);
      if (kind == RELOCATE_NONE) continue;
      rdo_store_u64(memory + relocation.r_offset, base + relocated_address(layout, data, kind, &relocation));
    }
  }
}
