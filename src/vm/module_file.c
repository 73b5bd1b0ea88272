// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reads the tables of a module. The order of the checks is the order of the fields in the schema;
// each count is bounded by the bytes its elements take in the file before memory is asked for.

#include "vm/module_file.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "vm/flatbuffer.h"
#include "vm/opcodes.h"

enum module_field {
  MODULE_NAME = 0,
  MODULE_VERSION = 1,
  MODULE_REQUIREMENTS = 2,
  MODULE_ATTRS = 3,
  MODULE_TYPES = 4,
  MODULE_DEPENDENCIES = 5,
  MODULE_IMPORTS = 6,
  MODULE_EXPORTS = 7,
  MODULE_SIGNATURES = 8,
  MODULE_RODATA = 9,
  MODULE_STATE = 11,
  MODULE_DESCRIPTORS = 12,
  MODULE_BYTECODE_VERSION = 13,
  MODULE_BYTECODE = 14,
};

enum {
  DESCRIPTOR_BYTES = 20,
  FLAG_REQUIRED = 1,
  FLAG_OPTIONAL = 2,
  COMPRESSION_NONE = 0,
  COMPRESSION_UNCOMPRESSED = 1,
  STRING_USES_MAX = 16,
};

struct reader {
  struct rdo_flatbuffer fb;
  struct rdo_fb_table root;
  struct rdo_module_file *out;
  size_t attribute_capacity;
  uint64_t string_bytes;  // of all strings read so far
};

static enum rondo_status refuse(const struct reader *r, uint64_t position, const char *what) {
  return rdo_fail(r->fb.diag, RONDO_INVALID_ARGUMENT, "byte %llu: %s",
                  (unsigned long long)(r->fb.file_offset + position), what);
}

// Many tables, or one table many times, may name one long string. What each use costs (looking for its end
// here; registers of a signature later) must stay in proportion to the file, so all uses together are bounded.
// Compilers write each string once.
static enum rondo_status read_string(struct reader *r, struct rdo_fb_table table, int id, struct rdo_bytes *out) {
  RDO_TRY(rdo_fb_string(&r->fb, table, id, out));
  r->string_bytes += out->size;
  return r->string_bytes <= (uint64_t)r->fb.size * STRING_USES_MAX ? RONDO_OK : refuse(r, table.position, "strings are used too often");
}

static enum rondo_status read_required_string(struct reader *r, struct rdo_fb_table table, int id, const char *what,
                                              struct rdo_bytes *out) {
  RDO_TRY(read_string(r, table, id, out));
  return out->size != 0 ? RONDO_OK : refuse(r, table.position, what);
}

// Opens a vector of tables and allocates one `size`-byte record for each.
static enum rondo_status open_tables(struct reader *r, int id, size_t size, struct rdo_fb_vector *out_vector,
                                     uint32_t *out_count, void *out_records) {
  RDO_TRY(rdo_fb_vector(&r->fb, r->root, id, 4, out_vector));
  RDO_TRY(rdo_alloc_array(out_vector->count, size, out_records, r->fb.diag));
  *out_count = out_vector->count;
  return RONDO_OK;
}

// A vtable may be shared by many vector slots that point at one table, so the number of attributes is
// not bounded by the file's size by itself; this bound keeps a small file small in memory.
static enum rondo_status read_attributes(struct reader *r, struct rdo_fb_table table, int id, uint32_t *out_count) {
  struct rdo_fb_vector vector;
  RDO_TRY(rdo_fb_vector(&r->fb, table, id, 4, &vector));
  struct rdo_module_file *m = r->out;
  if ((uint64_t)m->attribute_count + vector.count > r->fb.size / 4) return refuse(r, table.position, "more attributes than the file can hold");
  RDO_TRY(rdo_grow_array((size_t)m->attribute_count + vector.count, sizeof *m->attributes, &r->attribute_capacity,
                         &m->attributes, r->fb.diag));
  for (uint32_t i = 0; i < vector.count; ++i) {
    struct rdo_fb_table attribute;
    RDO_TRY(rdo_fb_vector_table(&r->fb, vector, i, &attribute));
    struct rdo_attribute *out = &m->attributes[m->attribute_count];
    RDO_TRY(read_required_string(r, attribute, 0, "attribute has no key", &out->key));
    RDO_TRY(read_string(r, attribute, 1, &out->value));
    ++m->attribute_count;
  }
  *out_count = vector.count;
  return RONDO_OK;
}

static enum rondo_status read_types(struct reader *r) {
  struct rdo_fb_vector vector;
  RDO_TRY(open_tables(r, MODULE_TYPES, sizeof *r->out->type_names, &vector, &r->out->type_count, &r->out->type_names));
  for (uint32_t i = 0; i < vector.count; ++i) {
    struct rdo_fb_table type;
    RDO_TRY(rdo_fb_vector_table(&r->fb, vector, i, &type));
    RDO_TRY(read_required_string(r, type, 0, "type has no name", &r->out->type_names[i]));
  }
  return RONDO_OK;
}

// Flags are one bit of two; absent means required.
static enum rondo_status read_optional_flag(struct reader *r, struct rdo_fb_table table, int id, bool *out_is_optional) {
  uint32_t flags;
  RDO_TRY(rdo_fb_u32(&r->fb, table, id, FLAG_REQUIRED, &flags));
  if ((flags & ~(uint32_t)(FLAG_REQUIRED | FLAG_OPTIONAL)) != 0) return refuse(r, table.position, "unknown flag bits");
  *out_is_optional = (flags & FLAG_OPTIONAL) != 0;
  return RONDO_OK;
}

static enum rondo_status read_dependencies(struct reader *r) {
  struct rdo_fb_vector vector;
  RDO_TRY(open_tables(r, MODULE_DEPENDENCIES, sizeof *r->out->dependencies, &vector, &r->out->dependency_count,
                      &r->out->dependencies));
  for (uint32_t i = 0; i < vector.count; ++i) {
    struct rdo_fb_table table;
    struct rdo_dependency_def *out = &r->out->dependencies[i];
    RDO_TRY(rdo_fb_vector_table(&r->fb, vector, i, &table));
    RDO_TRY(read_required_string(r, table, 0, "dependency has no name", &out->name));
    RDO_TRY(rdo_fb_u32(&r->fb, table, 1, 0, &out->minimum_version));
    RDO_TRY(read_optional_flag(r, table, 2, &out->is_optional));
  }
  return RONDO_OK;
}

static enum rondo_status read_imports(struct reader *r) {
  struct rdo_fb_vector vector;
  RDO_TRY(open_tables(r, MODULE_IMPORTS, sizeof *r->out->imports, &vector, &r->out->import_count, &r->out->imports));
  for (uint32_t i = 0; i < vector.count; ++i) {
    struct rdo_fb_table table;
    struct rdo_fb_table signature;
    bool has_signature;
    struct rdo_import_def *out = &r->out->imports[i];
    RDO_TRY(rdo_fb_vector_table(&r->fb, vector, i, &table));
    RDO_TRY(read_required_string(r, table, 0, "import has no name", &out->full_name));
    RDO_TRY(rdo_fb_table(&r->fb, table, 1, &has_signature, &signature));
    if (!has_signature) return refuse(r, table.position, "import has no signature");
    struct rdo_bytes text;
    RDO_TRY(read_string(r, signature, 0, &text));
    RDO_TRY(rdo_cconv_parse(text, &out->cconv, r->fb.diag));
    RDO_TRY(read_optional_flag(r, table, 2, &out->is_optional));
  }
  return RONDO_OK;
}

// Zero-length segments are legal, embedded data wins over an external range.
static enum rondo_status read_rodata(struct reader *r) {
  struct rdo_fb_vector vector;
  RDO_TRY(open_tables(r, MODULE_RODATA, sizeof *r->out->rodata, &vector, &r->out->rodata_count, &r->out->rodata));
  const struct rdo_archive *archive = &r->out->archive;
  for (uint32_t i = 0; i < vector.count; ++i) {
    struct rdo_fb_table table;
    struct rdo_fb_vector embedded;
    uint8_t compression;
    RDO_TRY(rdo_fb_vector_table(&r->fb, vector, i, &table));
    RDO_TRY(rdo_fb_u8(&r->fb, table, 0, COMPRESSION_NONE, &compression));
    if (compression > COMPRESSION_UNCOMPRESSED) return refuse(r, table.position, "rodata is compressed in an unknown way");
    RDO_TRY(rdo_fb_vector(&r->fb, table, 2, 1, &embedded));
    if (embedded.position != 0) {
      r->out->rodata[i] = (struct rdo_bytes){r->fb.data + embedded.position, embedded.count};
      continue;
    }
    uint64_t offset, length, begin;
    RDO_TRY(rdo_fb_u64(&r->fb, table, 3, 0, &offset));
    RDO_TRY(rdo_fb_u64(&r->fb, table, 4, 0, &length));
    if (length == 0) {
      r->out->rodata[i] = (struct rdo_bytes){archive->file.data, 0};
      continue;
    }
    if (!rdo_checked_add(archive->rodata_base, offset, &begin) || !rdo_range_fits(begin, length, archive->file.size)) {
      return rdo_fail(r->fb.diag, RONDO_INVALID_ARGUMENT,
                      "byte %llu: rodata %u at +%llu of %llu bytes lies outside the file (truncated?)",
                      (unsigned long long)archive->rodata_base, i, (unsigned long long)offset, (unsigned long long)length);
    }
    r->out->rodata[i] = (struct rdo_bytes){archive->file.data + begin, length};
  }
  return RONDO_OK;
}

static enum rondo_status read_state(struct reader *r) {
  struct rdo_fb_table state;
  bool present;
  RDO_TRY(rdo_fb_table(&r->fb, r->root, MODULE_STATE, &present, &state));
  if (!present) return RONDO_OK;
  RDO_TRY(rdo_fb_u32(&r->fb, state, 0, 0, &r->out->global_byte_count));
  RDO_TRY(rdo_fb_u32(&r->fb, state, 1, 0, &r->out->global_ref_count));
  // Counts stand alone in the file (no bytes back them), so they get a limit of their own.
  if (r->out->global_byte_count > (1u << 26) || r->out->global_ref_count > (1u << 22)) {
    return refuse(r, state.position, "global state is negative or too large");
  }
  return RONDO_OK;
}

static enum rondo_status read_bytecode(struct reader *r) {
  struct rdo_module_file *m = r->out;
  RDO_TRY(rdo_fb_u32(&r->fb, r->root, MODULE_BYTECODE_VERSION, 0, &m->bytecode_version));
  uint32_t major = m->bytecode_version >> 16;
  uint32_t minor = m->bytecode_version & 0xFFFF;
  if (major != RDO_BYTECODE_VERSION_MAJOR || minor > RDO_BYTECODE_VERSION_MINOR) {
    return rdo_fail(r->fb.diag, RONDO_INVALID_ARGUMENT, "bytecode version %u.%u is not supported (%d.%d is)", major, minor,
                    RDO_BYTECODE_VERSION_MAJOR, RDO_BYTECODE_VERSION_MINOR);
  }
  struct rdo_fb_vector vector;
  RDO_TRY(rdo_fb_vector(&r->fb, r->root, MODULE_BYTECODE, 1, &vector));
  m->bytecode = (struct rdo_bytes){r->fb.data + vector.position, vector.count};
  m->bytecode_file_offset = r->fb.file_offset + vector.position;
  return RONDO_OK;
}

static enum rondo_status read_descriptor(struct reader *r, uint32_t position, struct rdo_function_def *out) {
  const uint8_t *bytes = r->fb.data + position;
  out->bytecode_offset = rdo_load_u32(bytes);
  out->bytecode_length = rdo_load_u32(bytes + 4);
  out->requirements = rdo_load_u32(bytes + 8);
  out->block_count = rdo_load_u16(bytes + 14);
  out->i32_count = rdo_load_u16(bytes + 16);
  out->ref_count = rdo_load_u16(bytes + 18);
  if (out->bytecode_length == 0 || !rdo_range_fits(out->bytecode_offset, out->bytecode_length, r->out->bytecode.size)) {
    return refuse(r, position, "function lies outside the bytecode");
  }
  if ((out->requirements & ~(uint32_t)RDO_FEATURES_ALL) != 0) return refuse(r, position + 8, "function needs unknown features");
  if (out->block_count == 0 || out->block_count > INT16_MAX) return refuse(r, position + 14, "function's block count is wrong");
  if (out->i32_count > RDO_I32_REGISTERS_MAX) return refuse(r, position + 16, "function's register count is wrong");
  if (out->ref_count > RDO_REF_REGISTERS_MAX) return refuse(r, position + 18, "function's ref register count is wrong");
  return RONDO_OK;
}

static enum rondo_status read_functions(struct reader *r) {
  struct rdo_module_file *m = r->out;
  struct rdo_fb_vector signatures, descriptors;
  RDO_TRY(rdo_fb_vector(&r->fb, r->root, MODULE_SIGNATURES, 4, &signatures));
  RDO_TRY(rdo_fb_vector(&r->fb, r->root, MODULE_DESCRIPTORS, DESCRIPTOR_BYTES, &descriptors));
  if (signatures.count != descriptors.count) return refuse(r, r->root.position, "function signatures and descriptors differ in number");
  RDO_TRY(rdo_alloc_array(descriptors.count, sizeof *m->functions, &m->functions, r->fb.diag));
  m->function_count = descriptors.count;
  uint64_t total_length = 0;
  for (uint32_t i = 0; i < descriptors.count; ++i) {
    struct rdo_function_def *out = &m->functions[i];
    RDO_TRY(read_descriptor(r, descriptors.position + i * DESCRIPTOR_BYTES, out));
    // Disjoint functions cannot be longer than the bytecode together; without this bound a small file
    // of overlapping functions would take quadratic time to verify.
    total_length += out->bytecode_length;
    if (total_length > m->bytecode.size) return refuse(r, descriptors.position, "functions overlap in the bytecode");
    struct rdo_fb_table signature;
    RDO_TRY(rdo_fb_vector_table(&r->fb, signatures, i, &signature));
    struct rdo_bytes text;
    RDO_TRY(read_string(r, signature, 0, &text));
    RDO_TRY(rdo_cconv_parse(text, &out->cconv, r->fb.diag));
    if (rdo_cconv_has_span(&out->cconv)) return refuse(r, signature.position, "only imports may take a variable number of arguments");
    out->attribute_begin = m->attribute_count;
    RDO_TRY(read_attributes(r, signature, 1, &out->attribute_count));
  }
  return RONDO_OK;
}

static enum rondo_status read_exports(struct reader *r) {
  struct rdo_fb_vector vector;
  RDO_TRY(open_tables(r, MODULE_EXPORTS, sizeof *r->out->exports, &vector, &r->out->export_count, &r->out->exports));
  for (uint32_t i = 0; i < vector.count; ++i) {
    struct rdo_fb_table table;
    struct rdo_export_def *out = &r->out->exports[i];
    RDO_TRY(rdo_fb_vector_table(&r->fb, vector, i, &table));
    RDO_TRY(read_required_string(r, table, 0, "export has no name", &out->name));
    RDO_TRY(rdo_fb_u32(&r->fb, table, 1, 0, &out->function_ordinal));
    if (out->function_ordinal >= r->out->function_count) return refuse(r, table.position, "export names a function that does not exist");
  }
  return RONDO_OK;
}

static enum rondo_status read_module(struct reader *r) {
  struct rdo_module_file *m = r->out;
  RDO_TRY(rdo_fb_root(&r->fb, "IREE", &r->root));
  RDO_TRY(read_required_string(r, r->root, MODULE_NAME, "module has no name", &m->name));
  RDO_TRY(rdo_fb_u32(&r->fb, r->root, MODULE_VERSION, 0, &m->version));
  RDO_TRY(rdo_fb_u32(&r->fb, r->root, MODULE_REQUIREMENTS, 0, &m->requirements));
  if ((m->requirements & ~(uint32_t)RDO_FEATURES_ALL) != 0) {
    return rdo_fail(r->fb.diag, RONDO_INVALID_ARGUMENT, "module needs unknown features 0x%X", m->requirements & ~(uint32_t)RDO_FEATURES_ALL);
  }
  RDO_TRY(read_attributes(r, r->root, MODULE_ATTRS, &m->module_attribute_count));
  RDO_TRY(read_types(r));
  RDO_TRY(read_dependencies(r));
  RDO_TRY(read_imports(r));
  RDO_TRY(read_rodata(r));
  RDO_TRY(read_state(r));
  RDO_TRY(read_bytecode(r));
  RDO_TRY(read_functions(r));
  return read_exports(r);
}

enum rondo_status rdo_module_file_read(struct rdo_bytes file, struct rdo_module_file *out_module_file,
                                       struct rondo_diag *diag) {
  memset(out_module_file, 0, sizeof *out_module_file);
  struct rdo_archive *archive = &out_module_file->archive;
  RDO_TRY(rdo_archive_open(file, archive, diag));
  struct reader r = {
      .fb = {archive->flatbuffer.data, (uint32_t)archive->flatbuffer.size, archive->flatbuffer_offset, diag},
      .out = out_module_file,
  };
  return read_module(&r);
}

void rdo_module_file_deinit(struct rdo_module_file *m) {
  rdo_free(m->type_names);
  rdo_free(m->dependencies);
  rdo_free(m->imports);
  rdo_free(m->exports);
  rdo_free(m->functions);
  rdo_free(m->rodata);
  rdo_free(m->attributes);
  memset(m, 0, sizeof *m);
}

const struct rdo_export_def *rdo_module_file_export_of(const struct rdo_module_file *m, uint32_t function_ordinal) {
  for (uint32_t i = 0; i < m->export_count; ++i) {
    if (m->exports[i].function_ordinal == function_ordinal) return &m->exports[i];
  }
  return NULL;
}

struct rdo_bytes rdo_module_file_attribute(const struct rdo_module_file *m, uint32_t function_ordinal, const char *key) {
  const struct rdo_function_def *function = &m->functions[function_ordinal];
  for (uint32_t i = 0; i < function->attribute_count; ++i) {
    const struct rdo_attribute *attribute = &m->attributes[function->attribute_begin + i];
    if (rdo_bytes_equal(attribute->key, key)) return attribute->value;
  }
  return (struct rdo_bytes){NULL, 0};
}
