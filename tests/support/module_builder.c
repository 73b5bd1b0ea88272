// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "module_builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/decode.h"

static void stop(const char *why) {
  fprintf(stderr, "module_builder: %s\n", why);
  abort();
}

// Assembler ----------------------------------------------------------------------------------------

void asm_bytes(struct assembler *a, uint64_t value, uint32_t size) {
  if (a->size + size > ASM_BYTES_MAX) stop("function is too long");
  memcpy(a->bytes + a->size, &value, size);
  a->size += size;
}

static void put_opcode(struct assembler *a, uint16_t opcode) {
  if (opcode >= 0x100) asm_bytes(a, opcode < 0x200 ? RDO_BYTECODE_PREFIX_F32 : RDO_BYTECODE_PREFIX_F64, 1);
  asm_bytes(a, opcode & 0xFF, 1);
}

void asm_block(struct assembler *a, uint32_t label) {
  a->label_pcs[label] = a->size;
  ++a->block_count;
  put_opcode(a, RDO_OP_Block);
}

static void put_target(struct assembler *a, int label) {
  if (a->fixup_count == ASM_FIXUPS_MAX) stop("too many branches");
  a->fixups[a->fixup_count].at = a->size;
  a->fixups[a->fixup_count++].label = (uint32_t)label;
  asm_bytes(a, 0, 4);
}

// A list of u16; `entry_length` of them count as one.
static void put_list(struct assembler *a, const uint16_t *list, uint32_t entry_length) {
  if (a->size % 2 != 0) asm_bytes(a, 0, 1);
  asm_bytes(a, list[0] / entry_length, 2);
  for (uint32_t i = 0; i < list[0]; ++i) asm_bytes(a, list[1 + i], 2);
}

void asm_op(struct assembler *a, unsigned opcode, ...) {
  va_list args;
  va_start(args, opcode);
  put_opcode(a, (uint16_t)opcode);
  for (const char *letter = rdo_opcode_operands((uint16_t)opcode); *letter != 0; ++letter) {
    switch (*letter) {
      case 'i': case 'f': case 'l': case 'd': case 'r': case 'm': asm_bytes(a, (uint64_t)va_arg(args, int), 2); break;
      case '4': case 'G': case 'R': case 'T': case 'F': asm_bytes(a, va_arg(args, unsigned), 4); break;
      case '8': asm_bytes(a, va_arg(args, uint64_t), 8); break;
      case 'B': put_target(a, va_arg(args, int)); break;
      case 'V': case 'Z': put_list(a, va_arg(args, const uint16_t *), 1); break;
      case 'O': put_list(a, va_arg(args, const uint16_t *), 2); break;
      case 'S': {
        const char *text = va_arg(args, const char *);
        asm_bytes(a, strlen(text), 2);
        for (; *text != 0; ++text) asm_bytes(a, (uint8_t)*text, 1);
        break;
      }
      default: {  // 'W'
        int count = va_arg(args, int);
        asm_bytes(a, (uint64_t)count, 2);
        for (int i = 0; i < count; ++i) {
          put_target(a, va_arg(args, int));
          put_list(a, va_arg(args, const uint16_t *), 2);
        }
        break;
      }
    }
  }
  va_end(args);
}

void asm_finish(struct assembler *a) {
  for (uint32_t i = 0; i < a->fixup_count; ++i) rdo_store_u32(a->bytes + a->fixups[i].at, a->label_pcs[a->fixups[i].label]);
  a->fixup_count = 0;
}

// File ---------------------------------------------------------------------------------------------

// The file grows front to back; offsets point forward, as FlatBuffers wants them.
struct writer {
  uint8_t *data;
  uint32_t size;
  uint32_t capacity;
};

static uint32_t reserve(struct writer *w, uint32_t size, uint32_t alignment) {
  uint32_t at = (w->size + alignment - 1) / alignment * alignment;
  if (at + size > w->capacity) stop("module is too large");
  w->size = at + size;
  return at;
}

// A table with 8 bytes a field behind its own vtable. `present` has a bit for each field.
static uint32_t put_table(struct writer *w, uint32_t field_count, uint32_t present, uint32_t *out_vtable) {
  uint32_t vtable = reserve(w, 4 + 2 * field_count, 4);
  uint32_t table = reserve(w, 4 + 8 * field_count, 4);
  uint16_t sizes[2] = {(uint16_t)(4 + 2 * field_count), (uint16_t)(4 + 8 * field_count)};
  memcpy(w->data + vtable, sizes, 4);
  for (uint32_t id = 0; id < field_count; ++id) {
    uint16_t offset = (present >> id & 1) != 0 ? (uint16_t)(4 + 8 * id) : 0;
    memcpy(w->data + vtable + 4 + 2 * id, &offset, 2);
  }
  rdo_store_u32(w->data + table, table - vtable);
  if (out_vtable != NULL) *out_vtable = vtable;
  return table;
}

static uint32_t field(uint32_t table, uint32_t id) { return table + 4 + 8 * id; }
static void put_u32(struct writer *w, uint32_t at, uint32_t value) { rdo_store_u32(w->data + at, value); }
static void point(struct writer *w, uint32_t from, uint32_t to) { put_u32(w, from, to - from); }

static void put_string(struct writer *w, uint32_t from, const char *text) {
  uint32_t length = (uint32_t)strlen(text);
  uint32_t at = reserve(w, 4 + length + 1, 4);
  put_u32(w, at, length);
  memcpy(w->data + at + 4, text, length);
  point(w, from, at);
}

// Returns where the elements begin.
static uint32_t put_vector(struct writer *w, uint32_t from, uint32_t count, uint32_t size, uint32_t alignment) {
  uint32_t at = reserve(w, 4, alignment < 4 ? 4 : alignment);
  reserve(w, count * size, 1);
  put_u32(w, at, count);
  point(w, from, at);
  return at + 4;
}

static void put_signature(struct writer *w, uint32_t from, const char *cconv, const char *key, const char *value) {
  uint32_t signature = put_table(w, 2, (cconv != NULL ? 1u : 0u) | (key != NULL ? 2u : 0u), NULL);
  point(w, from, signature);
  if (cconv != NULL) put_string(w, field(signature, 0), cconv);
  if (key == NULL) return;
  uint32_t slots = put_vector(w, field(signature, 1), 1, 4, 4);
  uint32_t attribute = put_table(w, 2, value != NULL ? 3 : 1, NULL);
  point(w, slots, attribute);
  put_string(w, field(attribute, 0), key);
  if (value != NULL) put_string(w, field(attribute, 1), value);
}

// The table of item `i` of the vector in root field `id`.
static uint32_t put_item(struct writer *w, struct module_image *out, uint32_t slots, uint32_t id, uint32_t i, uint32_t field_count, uint32_t present) {
  uint32_t table = put_table(w, field_count, present, NULL);
  point(w, slots + 4 * i, table);
  out->tables[id - 3][i] = table;
  return table;
}

static void put_names(struct writer *w, const struct module_def *def, struct module_image *out) {
  uint32_t count = 0;
  while (count < MODULE_ITEMS_MAX && def->types[count] != NULL) ++count;
  uint32_t slots = put_vector(w, field(out->root, 4), count, 4, 4);
  for (uint32_t i = 0; i < count; ++i) put_string(w, field(put_item(w, out, slots, 4, i, 1, 1), 0), def->types[i]);
  for (count = 0; count < MODULE_ITEMS_MAX && def->dependencies[count].name != NULL;) ++count;
  slots = put_vector(w, field(out->root, 5), count, 4, 4);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t table = put_item(w, out, slots, 5, i, 3, def->dependencies[i].flags != 0 ? 7 : 3);
    put_string(w, field(table, 0), def->dependencies[i].name);
    put_u32(w, field(table, 1), def->dependencies[i].minimum_version);
    put_u32(w, field(table, 2), def->dependencies[i].flags);
  }
  for (count = 0; count < MODULE_ITEMS_MAX && def->imports[count].full_name != NULL;) ++count;
  slots = put_vector(w, field(out->root, 6), count, 4, 4);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t table = put_item(w, out, slots, 6, i, 3, def->imports[i].flags != 0 ? 7 : 3);
    put_string(w, field(table, 0), def->imports[i].full_name);
    put_signature(w, field(table, 1), def->imports[i].cconv, NULL, NULL);
    put_u32(w, field(table, 2), def->imports[i].flags);
  }
  for (count = 0; count < MODULE_ITEMS_MAX && def->exports[count].name != NULL;) ++count;
  slots = put_vector(w, field(out->root, 7), count, 4, 4);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t table = put_item(w, out, slots, 7, i, 2, 3);
    put_string(w, field(table, 0), def->exports[i].name);
    put_u32(w, field(table, 1), def->exports[i].ordinal);
  }
}

static void put_functions(struct writer *w, const struct module_def *def, struct module_image *out) {
  uint32_t count = 0, size = 0;
  uint32_t offsets[MODULE_ITEMS_MAX];
  for (; count < MODULE_ITEMS_MAX && def->functions[count].code != NULL; ++count) {
    asm_finish(def->functions[count].code);
    offsets[count] = size;
    size += (def->functions[count].code->size + 7) & ~7u;
  }
  uint32_t slots = put_vector(w, field(out->root, 8), count, 4, 4);
  for (uint32_t i = 0; i < count; ++i) {
    put_signature(w, slots + 4 * i, def->functions[i].cconv, i == 0 ? def->attribute_key : NULL, def->attribute_value);
  }
  out->descriptors = put_vector(w, field(out->root, 12), count, 20, 4);
  out->bytecode = put_vector(w, field(out->root, 14), size, 1, 16);
  for (uint32_t i = 0; i < count; ++i) {
    const struct module_function *function = &def->functions[i];
    uint8_t *descriptor = w->data + out->descriptors + 20 * i;
    uint16_t counts[4] = {0, (uint16_t)function->code->block_count, function->i32_count, function->ref_count};
    uint32_t words[3] = {offsets[i], function->code->size, function->requirements};
    memcpy(descriptor, words, 12);
    memcpy(descriptor + 12, counts, 8);
    out->functions[i] = out->bytecode + offsets[i];
    memcpy(w->data + out->functions[i], function->code->bytes, function->code->size);
  }
}

// Embedded segments; external ones are placed behind the FlatBuffer by put_external.
static void put_rodata(struct writer *w, const struct module_def *def, struct module_image *out) {
  uint32_t count = 0;
  while (count < MODULE_ITEMS_MAX && def->rodata[count].data != NULL) ++count;
  uint32_t slots = put_vector(w, field(out->root, 9), count, 4, 4);
  for (uint32_t i = 0; i < count; ++i) {
    bool is_external = def->rodata[i].is_external != 0;
    uint32_t table = put_item(w, out, slots, 9, i, 5, is_external ? 0x18 : 0x04);
    if (is_external) continue;
    uint32_t at = put_vector(w, field(table, 2), def->rodata[i].size, 1, 4);
    memcpy(w->data + at, def->rodata[i].data, def->rodata[i].size);
  }
}

static void put_external(struct writer *w, const struct module_def *def, struct module_image *out) {
  uint32_t base = (w->size + 63) & ~63u;
  for (uint32_t i = 0; i < MODULE_ITEMS_MAX && def->rodata[i].data != NULL; ++i) {
    if (def->rodata[i].is_external == 0) continue;
    uint32_t at = reserve(w, def->rodata[i].size, 64);
    memcpy(w->data + at, def->rodata[i].data, def->rodata[i].size);
    rdo_store_u64(w->data + field(out->tables[6][i], 3), at - base);
    rdo_store_u64(w->data + field(out->tables[6][i], 4), def->rodata[i].size);
  }
}

void module_build(const struct module_def *def, struct module_image *out) {
  struct writer w = {.capacity = 1 << 18};
  if (posix_memalign((void **)&w.data, 64, w.capacity) != 0) stop("no memory");
  memset(w.data, 0, w.capacity);
  memset(out, 0, sizeof *out);
  reserve(&w, 12, 4);  // size prefix, root offset, identifier
  memcpy(w.data + 8, "IREE", 4);
  out->root = put_table(&w, 16, 0x7FF7u & ~(1u << 10), &out->vtable);
  point(&w, 4, out->root);
  put_string(&w, field(out->root, 0), def->name);
  put_u32(&w, field(out->root, 1), def->version);
  put_u32(&w, field(out->root, 2), def->requirements);
  put_names(&w, def, out);
  put_rodata(&w, def, out);
  uint32_t state = put_table(&w, 2, 3, NULL);
  point(&w, field(out->root, 11), state);
  put_u32(&w, field(state, 0), def->global_bytes);
  put_u32(&w, field(state, 1), def->global_refs);
  out->tables[8][0] = state;
  put_u32(&w, field(out->root, 13), def->bytecode_version != 0 ? def->bytecode_version : (uint32_t)RDO_BYTECODE_VERSION_MAJOR << 16);
  put_functions(&w, def, out);
  put_u32(&w, 0, w.size - 4);
  put_external(&w, def, out);
  out->data = w.data;
  out->size = w.size;
}

void module_free(struct module_image *image) {
  free(image->data);
  memset(image, 0, sizeof *image);
}
