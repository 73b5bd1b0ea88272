// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Makes modules in memory for tests: an assembler for functions and a writer for the file around
// them. Neither checks anything: what tests need most are modules that no compiler would write.

#ifndef RDO_TESTS_MODULE_BUILDER_H_
#define RDO_TESTS_MODULE_BUILDER_H_

#include "base/bytes.h"
#include "vm/opcodes.h"

enum { ASM_LABELS_MAX = 64, ASM_FIXUPS_MAX = 2048, ASM_BYTES_MAX = 16384 };

// A function being assembled; zero-initialise.
struct assembler {
  uint8_t bytes[ASM_BYTES_MAX];
  uint32_t size;
  uint32_t block_count;
  uint32_t label_pcs[ASM_LABELS_MAX];
  struct {
    uint32_t at;
    uint32_t label;
  } fixups[ASM_FIXUPS_MAX];
  uint32_t fixup_count;
};

// References, plain and moved.
#define ASM_REF(n) (0x8000 | (n))
#define ASM_MOVED(n) (0xC000 | (n))
// Lists: an inline array with its length in front. ASM_NONE is the empty one.
#define ASM_LIST(...) (const uint16_t[]){sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t), __VA_ARGS__}
#define ASM_NONE ((const uint16_t[]){0})

// Begins a block: the marker, and the place of label `label`.
void asm_block(struct assembler *a, uint32_t label);

// Emits one instruction. Arguments follow the operand letters of the opcode:
//   i f l d r m   int, a register      4 G R T F   unsigned         8   uint64_t
//   B             int, a label         V Z         const uint16_t *, see ASM_LIST
//   O             const uint16_t *, source, target, source, target, ...
//   S             const char *         W           int case count, then for each case B and O
void asm_op(struct assembler *a, unsigned opcode, ...);

// Raw bytes, little-endian.
void asm_bytes(struct assembler *a, uint64_t value, uint32_t size);

// Fills in branch targets. Called by module_build; a second time does nothing.
void asm_finish(struct assembler *a);

struct module_function {
  const char *cconv;
  struct assembler *code;
  uint32_t requirements;
  uint16_t i32_count;
  uint16_t ref_count;
};

struct module_import {
  const char *full_name;
  const char *cconv;
  uint32_t flags;  // 0 = absent: required
};

struct module_dependency {
  const char *name;
  uint32_t minimum_version;
  uint32_t flags;  // 0 = absent: required
};

struct module_export {
  const char *name;
  uint32_t ordinal;
};

struct module_rodata {
  const void *data;
  uint32_t size;
  uint32_t is_external;
};

enum { MODULE_ITEMS_MAX = 16 };

// What a module consists of. Lists end at the first item without a name (functions: without code).
struct module_def {
  const char *name;
  uint32_t version;
  uint32_t requirements;
  const char *types[MODULE_ITEMS_MAX];
  struct module_dependency dependencies[MODULE_ITEMS_MAX];
  struct module_import imports[MODULE_ITEMS_MAX];
  struct module_export exports[MODULE_ITEMS_MAX];
  struct module_function functions[MODULE_ITEMS_MAX];
  struct module_rodata rodata[MODULE_ITEMS_MAX];
  uint32_t global_bytes;
  uint32_t global_refs;
  const char *attribute_key;  // of the first function
  const char *attribute_value;
  uint32_t bytecode_version;  // 0 = the supported one
};

// A built module. Positions are byte offsets in `data`, for tests that edit.
struct module_image {
  uint8_t *data;  // 64-byte aligned
  uint64_t size;
  uint32_t root;          // the root table; field `id` stands at root + 4 + 8 * id
  uint32_t vtable;        // of the root table; entry `id` stands at vtable + 4 + 2 * id
  uint32_t descriptors;   // of function 0, 20 bytes each
  uint32_t bytecode;
  uint32_t functions[MODULE_ITEMS_MAX];  // where each function's bytecode begins
  uint32_t tables[9][MODULE_ITEMS_MAX];  // item tables by root field id - 3; fields as in the root
};

void module_build(const struct module_def *def, struct module_image *out);
void module_free(struct module_image *image);

static inline struct rdo_bytes module_bytes(const struct module_image *image) {
  return (struct rdo_bytes){image->data, image->size};
}

#endif  // RDO_TESTS_MODULE_BUILDER_H_
