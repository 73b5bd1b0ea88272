// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/disassemble.h"

#include "vm/decode.h"

struct printer {
  const struct rdo_module_file *file;
  const struct rdo_writer *writer;
  struct rdo_bytes code;
};

static void print_register(const struct printer *p, uint64_t ordinal, bool is_wide) {
  if ((ordinal & RDO_REGISTER_REF_BIT) != 0) {
    rdo_write(p->writer, "%%r%llu%s", (unsigned long long)(ordinal & RDO_REGISTER_REF_MASK), (ordinal & RDO_REGISTER_MOVE_BIT) != 0 ? "!" : "");
  } else if (is_wide) {
    rdo_write(p->writer, "%%i%llu:%llu", (unsigned long long)ordinal, (unsigned long long)ordinal + 1);
  } else {
    rdo_write(p->writer, "%%i%llu", (unsigned long long)ordinal);
  }
}

static void print_remap(const struct printer *p, struct rdo_operand_list remap) {
  rdo_write(p->writer, "(");
  for (uint32_t i = 0; i < remap.count; ++i) {
    uint16_t source, target;
    rdo_list_pair(remap, i, &source, &target);
    if (i != 0) rdo_write(p->writer, ", ");
    print_register(p, source, false);
    rdo_write(p->writer, "->");
    print_register(p, target, false);
  }
  rdo_write(p->writer, ")");
}

static void print_table(const struct printer *p, const struct rdo_operand *table) {
  uint32_t cursor = 0;
  rdo_write(p->writer, "[");
  for (uint32_t i = 0; i < table->list.count; ++i) {
    uint32_t target;
    struct rdo_operand_list remap;
    rdo_branch_table_next(p->code, table, &cursor, &target, &remap);
    rdo_write(p->writer, "%s^%X", i == 0 ? "" : ", ", target);
    print_remap(p, remap);
  }
  rdo_write(p->writer, "]");
}

static void print_function(const struct printer *p, uint64_t ordinal) {
  uint32_t index = (uint32_t)ordinal & 0x7FFFFFFFu;
  if ((ordinal & 0x80000000u) != 0) {
    if (index >= p->file->import_count) return;
    const struct rdo_bytes name = p->file->imports[index].full_name;
    rdo_write(p->writer, "@%.*s", (int)name.size, (const char *)name.data);
    return;
  }
  const struct rdo_export_def *def = rdo_module_file_export_of(p->file, index);
  if (def != NULL) {
    rdo_write(p->writer, "@%.*s", (int)def->name.size, (const char *)def->name.data);
  } else {
    rdo_write(p->writer, "@function%u", index);
  }
}

static bool is_text(struct rdo_bytes bytes) {
  for (uint64_t i = 0; i < bytes.size; ++i) {
    if (bytes.data[i] < 0x20 || bytes.data[i] >= 0x7F) return false;
  }
  return bytes.size != 0 && bytes.size <= 96;
}

static void print_rodata(const struct printer *p, uint64_t ordinal) {
  rdo_write(p->writer, "rodata[%llu]", (unsigned long long)ordinal);
  if (ordinal >= p->file->rodata_count) return;
  const struct rdo_bytes bytes = p->file->rodata[ordinal];
  if (is_text(bytes)) {
    rdo_write(p->writer, "='%.*s'", (int)bytes.size, (const char *)bytes.data);
  } else {
    rdo_write(p->writer, "(%llu bytes)", (unsigned long long)bytes.size);
  }
}

static void print_text(const struct printer *p, struct rdo_operand_list text) {
  char printable[120];
  uint32_t length = text.count < sizeof printable ? text.count : (uint32_t)sizeof printable - 1;
  for (uint32_t i = 0; i < length; ++i) printable[i] = text.data[i] < 0x20 || text.data[i] >= 0x7F ? '?' : (char)text.data[i];
  rdo_write(p->writer, "\"%.*s\"%s", (int)length, printable, length < text.count ? "..." : "");
}

static void print_list(const struct printer *p, const struct rdo_operand *operand) {
  rdo_write(p->writer, "[");
  for (uint32_t i = 0; i < operand->list.count; ++i) {
    uint16_t value = rdo_list_u16(operand->list, i);
    if (i != 0) rdo_write(p->writer, " ");
    if (operand->letter == 'V') print_register(p, value, false);
    else if (value == RDO_SPAN_NONE) rdo_write(p->writer, "-");
    else rdo_write(p->writer, "%u", value);
  }
  rdo_write(p->writer, "]");
}

static void print_operand(const struct printer *p, const struct rdo_operand *operand) {
  switch (operand->letter) {
    case 'i': case 'f': case 'r': case 'm': print_register(p, operand->value, false); break;
    case 'l': case 'd': print_register(p, operand->value, true); break;
    case '4': rdo_write(p->writer, "%d", (int32_t)operand->value); break;
    case '8': rdo_write(p->writer, "%lld", (long long)operand->value); break;
    case 'G': rdo_write(p->writer, "global[%llu]", (unsigned long long)operand->value); break;
    case 'R': print_rodata(p, operand->value); break;
    case 'T':
      if (operand->value < p->file->type_count) {
        rdo_write(p->writer, "%.*s", (int)p->file->type_names[operand->value].size, (const char *)p->file->type_names[operand->value].data);
      }
      break;
    case 'F': print_function(p, operand->value); break;
    case 'B': rdo_write(p->writer, "^%llX", (unsigned long long)operand->value); break;
    case 'S': print_text(p, operand->list); break;
    case 'O': print_remap(p, operand->list); break;
    case 'W': print_table(p, operand); break;
    default: print_list(p, operand); break;
  }
}

enum rondo_status rdo_disassemble(const struct rdo_module_file *file, uint32_t ordinal, const struct rdo_writer *writer, struct rondo_diag *diag) {
  const struct rdo_function_def *def = &file->functions[ordinal];
  const struct printer p = {file, writer, {file->bytecode.data + def->bytecode_offset, def->bytecode_length}};
  print_function(&p, ordinal);
  rdo_write(writer, "(%.*s) -> (%.*s)  %u value and %u ref registers, %u blocks, %u bytes\n", def->cconv.argument_length, def->cconv.arguments,
            def->cconv.result_length, def->cconv.results, def->i32_count, def->ref_count, def->block_count, def->bytecode_length);
  struct rdo_instruction in;
  for (uint32_t pc = 0; pc < p.code.size; pc = in.next_pc) {
    RDO_TRY(rdo_decode(p.code, pc, &in, diag));
    if (in.opcode == RDO_OP_Block) {
      rdo_write(writer, "^%X:\n", pc);
      continue;
    }
    rdo_write(writer, "  %4X  %s", pc, rdo_opcode_name(in.opcode));
    for (uint32_t i = 0; i < in.operand_count; ++i) {
      rdo_write(writer, i == 0 ? " " : ", ");
      print_operand(&p, &in.operands[i]);
    }
    rdo_write(writer, "\n");
  }
  return RONDO_OK;
}
