// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reading a module's tables: each check of each field, on a module that has one of everything.

#include "vm/module_file.h"

#include "vm_test.h"

enum { NAME = 0, ATTRS = 3, TYPES = 4, DEPENDENCIES = 5, IMPORTS = 6, EXPORTS = 7, SIGNATURES = 8, RODATA = 9, STATE = 11, DESCRIPTORS = 12, VERSION = 13, BYTECODE = 14 };

static struct assembler first, second;
static struct module_def def;
static struct module_image image;

static int make(void **state) {
  (void)state;
  module_free(&image);
  memset(&first, 0, sizeof first);
  memset(&second, 0, sizeof second);
  asm_block(&first, 0);
  asm_op(&first, RDO_OP_Return, ASM_LIST(0));
  asm_block(&second, 0);
  asm_op(&second, RDO_OP_Return, ASM_NONE);
  def = (struct module_def){
      .name = "module",
      .version = 3,
      .requirements = RDO_FEATURE_YIELD,
      .types = {"i32", "!vm.buffer"},
      .dependencies = {{"hal", 7, 0}, {"maybe", 1, 2}},
      .imports = {{"hal.f", "0iCrD_r", 0}, {"maybe.g", "", 2}},
      .exports = {{"a", 0}, {"b", 1}},
      .functions = {{"0i_i", &first, 0, 1, 0}, {"", &second, RDO_FEATURE_UNWIND, 0, 0}},
      .rodata = {{"embedded", 8, 0}, {"external", 8, 1}, {"", 0, 0}, {"more", 4, 1}},
      .global_bytes = 16,
      .global_refs = 2,
      .attribute_key = "key",
      .attribute_value = "value",
  };
  module_build(&def, &image);
  return 0;
}

static int finish(void **state) {
  (void)state;
  module_free(&image);
  return 0;
}

static enum rondo_status read_image(struct rdo_module_file *file, struct rondo_diag *diag) {
  *diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_module_file_read(module_bytes(&image), file, diag);
  assert_true((status == RONDO_OK) == (diag->message_length == 0));
  return status;
}

static void expect(enum rondo_status wanted, const char *words) {
  struct rdo_module_file file;
  struct rondo_diag diag;
  enum rondo_status status = read_image(&file, &diag);
  if (status != wanted || (status != RONDO_OK && strstr(diag.message, words) == NULL)) {
    fail_msg("wanted %s '%s', got %s '%s'", rondo_status_name(wanted), words, rondo_status_name(status), diag.message);
  }
  rdo_module_file_deinit(&file);
  make(NULL);
}

static void refuse(const char *words) { expect(RONDO_INVALID_ARGUMENT, words); }

static uint32_t field(uint32_t table, uint32_t id) { return table + 4 + 8 * id; }
static void put32(uint32_t at, uint32_t value) { rdo_store_u32(image.data + at, value); }
static void drop(uint32_t id) { memset(image.data + image.vtable + 4 + 2 * id, 0, 2); }  // a root field
static uint32_t item(uint32_t id, uint32_t index) { return image.tables[id - 3][index]; }
static uint32_t target(uint32_t at) { return at + rdo_load_u32(image.data + at); }
static void empty_string(uint32_t at) {
  put32(target(at), 0);
  image.data[target(at) + 4] = 0;
}

static void test_whole(void **state) {
  (void)state;
  struct rdo_module_file file;
  struct rondo_diag diag;
  assert_int_equal(read_image(&file, &diag), RONDO_OK);
  assert_true(rdo_bytes_equal(file.name, "module"));
  assert_int_equal(file.version, 3);
  assert_int_equal(file.requirements, RDO_FEATURE_YIELD);
  assert_int_equal(file.type_count, 2);
  assert_true(rdo_bytes_equal(file.type_names[1], "!vm.buffer"));
  assert_int_equal(file.dependency_count, 2);
  assert_int_equal(file.dependencies[0].minimum_version, 7);
  assert_false(file.dependencies[0].is_optional);
  assert_true(file.dependencies[1].is_optional);
  assert_int_equal(file.import_count, 2);
  assert_false(file.imports[0].is_optional);
  assert_true(file.imports[1].is_optional);
  assert_int_equal(file.export_count, 2);
  assert_int_equal(file.exports[1].function_ordinal, 1);
  assert_int_equal(file.function_count, 2);
  assert_int_equal(file.functions[1].bytecode_offset, 8);
  assert_int_equal(file.functions[1].requirements, RDO_FEATURE_UNWIND);
  assert_int_equal(file.global_byte_count, 16);
  assert_int_equal(file.global_ref_count, 2);
  assert_int_equal(file.rodata_count, 4);
  assert_true(rdo_bytes_equal(file.rodata[0], "embedded"));
  assert_true(rdo_bytes_equal(file.rodata[1], "external"));
  assert_int_equal(file.rodata[2].size, 0);
  assert_true(rdo_bytes_equal(file.rodata[3], "more"));
  assert_true(rdo_bytes_equal(rdo_module_file_attribute(&file, 0, "key"), "value"));
  assert_null(rdo_module_file_attribute(&file, 0, "kez").data);
  assert_null(rdo_module_file_attribute(&file, 1, "key").data);
  assert_ptr_equal(rdo_module_file_export_of(&file, 1), &file.exports[1]);
  rdo_module_file_deinit(&file);
}

static void test_least(void **state) {
  (void)state;
  // A name and a version are enough.
  for (uint32_t id = 1; id < 15; ++id) {
    if (id != VERSION) drop(id);
  }
  expect(RONDO_OK, "");
}

static void test_module_fields(void **state) {
  (void)state;
  image.data[8] = 'X';
  refuse("identifier");
  drop(NAME);
  refuse("name");
  empty_string(field(image.root, NAME));
  refuse("name");
  put32(field(image.root, 2), 16);
  refuse("features");
  put32(field(image.root, 2), 0x80000000);
  refuse("features");
  static const uint32_t versions[] = {0, 0x00100000, 0x00120000, 0x00110001, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof versions / sizeof versions[0]; ++i) {
    put32(field(image.root, VERSION), versions[i]);
    refuse("version");
  }
  drop(VERSION);
  refuse("version");
}

static void test_names(void **state) {
  (void)state;
  empty_string(field(item(TYPES, 1), 0));
  refuse("type");
  empty_string(field(item(DEPENDENCIES, 0), 0));
  refuse("dependency");
  put32(field(item(DEPENDENCIES, 1), 2), 4);
  refuse("flag");
  empty_string(field(item(IMPORTS, 0), 0));
  refuse("import");
  put32(field(item(IMPORTS, 1), 2), 8);
  refuse("flag");
  empty_string(field(item(EXPORTS, 1), 0));
  refuse("export");
  put32(field(item(EXPORTS, 1), 1), 2);
  refuse("export");
  put32(field(item(EXPORTS, 1), 1), 0xFFFFFFFF);
  refuse("export");
}

static void test_signatures(void **state) {
  (void)state;
  image.data[target(field(target(field(item(IMPORTS, 0), 1)), 0)) + 4] = '1';
  expect(RONDO_UNIMPLEMENTED, "version");
  image.data[target(field(target(field(item(IMPORTS, 0), 1)), 0)) + 5] = 'x';
  refuse("calling convention");
  // An import without a signature: the vtable of its table loses field 1.
  uint32_t table = item(IMPORTS, 0);
  memset(image.data + (table - rdo_load_u32(image.data + table)) + 4 + 2, 0, 2);
  refuse("signature");
  def.functions[0].cconv = "0CiD_i";
  module_free(&image);
  module_build(&def, &image);
  refuse("variable number");
  drop(SIGNATURES);
  refuse("differ in number");
  drop(DESCRIPTORS);
  refuse("differ in number");
  put32(target(field(image.root, SIGNATURES)), 1);
  refuse("differ in number");
}

static void test_attributes(void **state) {
  (void)state;
  uint32_t slots = target(field(image.root, SIGNATURES)) + 4;
  uint32_t attributes = target(field(target(slots), 1));
  empty_string(field(target(attributes + 4), 0));
  refuse("attribute");
}

static void test_rodata(void **state) {
  (void)state;
  uint32_t external = item(RODATA, 1);
  static const uint64_t offsets[] = {1u << 20, UINT64_MAX, UINT64_MAX - 7, 0x8000000000000000u, UINT64_MAX - 511};
  for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; ++i) {
    rdo_store_u64(image.data + field(item(RODATA, 1), 3), offsets[i]);
    refuse("rodata");
    rdo_store_u64(image.data + field(item(RODATA, 1), 4), offsets[i]);
    refuse("rodata");
  }
  rdo_store_u64(image.data + field(external, 4), 0);  // nothing lies anywhere
  rdo_store_u64(image.data + field(external, 3), UINT64_MAX);
  expect(RONDO_OK, "");
  image.size -= 1;  // the last segment ends one byte too late
  refuse("rodata");
  // Compression 1 is none, 2 is unknown.
  for (uint8_t kind = 1; kind < 3; ++kind) {
    uint32_t table = item(RODATA, 0);
    uint32_t vtable = table - rdo_load_u32(image.data + table);
    image.data[vtable + 4] = 4;
    image.data[table + 4] = kind;
    if (kind == 1) expect(RONDO_OK, ""); else refuse("compressed");
  }
}

static void test_state(void **state) {
  (void)state;
  static const uint32_t wrong[] = {0x80000000, 0xFFFFFFFF, 0x7FFFFFFF};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    put32(field(item(STATE, 0), 0), wrong[i]);
    refuse("state");
    put32(field(item(STATE, 0), 1), wrong[i]);
    refuse("state");
  }
  drop(STATE);
  expect(RONDO_OK, "");
}

static void test_descriptors(void **state) {
  (void)state;
  static const struct {
    uint32_t at;
    uint32_t size;
    uint32_t value;
    const char *words;
  } edits[] = {
      {0, 4, 0xFFFFFFFF, "bytecode"}, {0, 4, 11, "bytecode"},        {0, 4, 0x80000000, "bytecode"}, {4, 4, 0, "bytecode"},
      {4, 4, 17, "bytecode"},         {4, 4, 0xFFFFFFFF, "bytecode"}, {4, 4, 0x80000000, "bytecode"}, {8, 4, 16, "features"},
      {8, 4, 0x80000000, "features"}, {14, 2, 0, "block count"},      {14, 2, 0x8000, "block count"}, {14, 2, 0xFFFF, "block count"},
      {16, 2, 0x8000, "register"},    {16, 2, 0xFFFF, "register"},    {18, 2, 0x4000, "ref register"}, {18, 2, 0xFFFF, "ref register"},
  };
  for (size_t i = 0; i < sizeof edits / sizeof edits[0]; ++i) {
    memcpy(image.data + image.descriptors + edits[i].at, &edits[i].value, edits[i].size);
    refuse(edits[i].words);
  }
  // The largest legal frame, and reserved bits that mean nothing.
  static const uint8_t widest[] = {0xFF, 0xFF, 1, 0, 0xFF, 0x7F, 0xFF, 0x3F};
  memcpy(image.data + image.descriptors + 12, widest, sizeof widest);
  expect(RONDO_OK, "");
  // Two functions over the same bytes.
  put32(image.descriptors + 4, 16);
  put32(image.descriptors + 20, 0);
  put32(image.descriptors + 24, 16);
  refuse("overlap");
  drop(BYTECODE);
  refuse("bytecode");
}

// A vector of types whose every slot is one table with one long name: cheap to write, dear to read.
static void test_string_uses(void **state) {
  (void)state;
  enum { SLOT_COUNT = 1000, TEXT_BYTES = 4000, VTABLE = SLOT_COUNT + 1, TABLE = VTABLE + 2, TEXT = TABLE + 2 };
  static uint32_t blob[TEXT + 1 + TEXT_BYTES / 4 + 1];
  for (uint32_t i = 1; i <= SLOT_COUNT; ++i) blob[i] = 4 * (TABLE - i);
  blob[VTABLE] = 6 | 8 << 16;  // sizes of the vtable and the table
  blob[VTABLE + 1] = 4;        // field 0
  blob[TABLE] = 4 * (TABLE - VTABLE);
  blob[TABLE + 1] = 4 * (TEXT - TABLE - 1);
  blob[TEXT] = TEXT_BYTES;
  memset(&blob[TEXT + 1], 'x', TEXT_BYTES);
  for (int many = 0; many < 2; ++many) {
    blob[0] = many ? SLOT_COUNT : 8;
    def.rodata[0] = (struct module_rodata){blob, sizeof blob, 0};
    module_free(&image);
    module_build(&def, &image);
    uint32_t vector = (uint32_t)((const uint8_t *)memmem(image.data, image.size, blob, sizeof blob) - image.data);
    put32(field(image.root, TYPES), vector - field(image.root, TYPES));
    expect(many ? RONDO_INVALID_ARGUMENT : RONDO_OK, many ? "too often" : "");
  }
}

// Every byte of the FlatBuffer in turn becomes wrong: the reader may accept or refuse, but not overrun,
// and what it refuses it explains.
static void test_every_byte(void **state) {
  (void)state;
  static const uint8_t values[] = {0, 1, 0x7F, 0x80, 0xFF};
  uint64_t size = image.size;
  uint8_t *copy = malloc((size_t)size);
  assert_non_null(copy);
  for (uint64_t at = 0; at < size; ++at) {
    for (size_t i = 0; i < sizeof values; ++i) {
      memcpy(copy, image.data, (size_t)size);
      copy[at] = values[i];
      struct rdo_module_file file;
      struct rondo_diag diag = {.status = RONDO_OK};
      enum rondo_status status = rdo_module_file_read((struct rdo_bytes){copy, size}, &file, &diag);
      assert_true((status == RONDO_OK) == (diag.message_length == 0));
      rdo_module_file_deinit(&file);
    }
  }
  free(copy);
}

static void test_every_truncation(void **state) {
  (void)state;
  for (uint64_t size = 0; size < image.size; ++size) {
    uint8_t *copy = malloc(size == 0 ? 1 : (size_t)size);
    assert_non_null(copy);
    memcpy(copy, image.data, (size_t)size);
    struct rdo_module_file file;
    struct rondo_diag diag = {.status = RONDO_OK};
    assert_int_equal(rdo_module_file_read((struct rdo_bytes){copy, size}, &file, &diag), RONDO_INVALID_ARGUMENT);
    assert_true(diag.message_length != 0);
    rdo_module_file_deinit(&file);
    free(copy);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_whole),      TEST(test_least),  TEST(test_module_fields), TEST(test_names),      TEST(test_signatures), TEST(test_attributes),
      TEST(test_rodata),     TEST(test_state),  TEST(test_descriptors),   TEST(test_string_uses),
      TEST(test_every_byte), TEST(test_every_truncation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
