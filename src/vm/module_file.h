// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A module as the file describes it: every table read, every range checked, nothing resolved yet.
// All names, data and bytecode are views into the file's bytes.

#ifndef RDO_VM_MODULE_FILE_H_
#define RDO_VM_MODULE_FILE_H_

#include "vm/archive.h"
#include "vm/types.h"

struct rdo_attribute {
  struct rdo_bytes key;
  struct rdo_bytes value;
};

struct rdo_dependency_def {
  struct rdo_bytes name;
  uint32_t minimum_version;
  bool is_optional;
};

struct rdo_import_def {
  struct rdo_bytes full_name;
  struct rdo_cconv cconv;  // an empty one fits only a function without arguments and results
  bool is_optional;
};

struct rdo_export_def {
  struct rdo_bytes name;
  uint32_t function_ordinal;
};

struct rdo_function_def {
  uint32_t bytecode_offset;  // in bytecode
  uint32_t bytecode_length;
  uint32_t requirements;
  uint16_t block_count;
  uint16_t i32_count;
  uint16_t ref_count;
  struct rdo_cconv cconv;
  uint32_t attribute_begin;  // in attributes
  uint32_t attribute_count;
};

struct rdo_module_file {
  struct rdo_archive archive;
  struct rdo_bytes name;
  uint32_t version;
  uint32_t requirements;
  uint32_t bytecode_version;
  uint64_t bytecode_file_offset;
  struct rdo_bytes bytecode;
  uint32_t global_byte_count;
  uint32_t global_ref_count;

  uint32_t type_count;
  uint32_t dependency_count;
  uint32_t import_count;
  uint32_t export_count;
  uint32_t function_count;
  uint32_t rodata_count;
  uint32_t attribute_count;
  struct rdo_bytes *type_names;
  struct rdo_dependency_def *dependencies;
  struct rdo_import_def *imports;
  struct rdo_export_def *exports;
  struct rdo_function_def *functions;
  struct rdo_bytes *rodata;
  struct rdo_attribute *attributes;  // the module's own first, then function by function
  uint32_t module_attribute_count;
};

// Reads and checks a module.
//   file             borrowed as long as the result is in use
//   out_module_file  zeroed or filled; end with rdo_module_file_deinit either way
//   returns          OK, INVALID_ARGUMENT (with byte offset), UNIMPLEMENTED, RESOURCE_EXHAUSTED
enum rondo_status rdo_module_file_read(struct rdo_bytes file, struct rdo_module_file *out_module_file,
                                       struct rondo_diag *diag);
void rdo_module_file_deinit(struct rdo_module_file *module_file);

// The export that names a function, NULL when none does.
const struct rdo_export_def *rdo_module_file_export_of(const struct rdo_module_file *module_file, uint32_t function_ordinal);

// Value of a function's attribute; data == NULL when absent.
struct rdo_bytes rdo_module_file_attribute(const struct rdo_module_file *module_file, uint32_t function_ordinal, const char *key);

#endif  // RDO_VM_MODULE_FILE_H_
