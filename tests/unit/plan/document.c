// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/document.h"

#include "plan_test.h"

static struct rdo_document document;
static struct rdo_notes notes;
static struct rondo_diag diag;

static struct rdo_value parse(const char *text) {
  memset(&diag, 0, sizeof diag);
  assert_ok(rdo_document_parse(text_bytes(text), "a.json", &notes, &document, &diag), &diag);
  return rdo_document_root(&document);
}

static void end(void) {
  rdo_document_deinit(&document);
  rdo_notes_deinit(&notes);
  memset(&diag, 0, sizeof diag);
}

static void test_syntax(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"", RONDO_INVALID_ARGUMENT, "a.json:1:1: '[' or '{' expected near end of file"},
      {"{\n  \"a\": 1,\n  }", RONDO_INVALID_ARGUMENT, "a.json:3:3: string or '}' expected near '}'"},
      {"{\"a\": 1, \"a\": 2}", RONDO_INVALID_ARGUMENT, "a.json:1:12: duplicate object key near '\"a\"'"},
      {"{} {}", RONDO_INVALID_ARGUMENT, "a.json:1:4: end of file expected near '{'"},
      {"{\"a\": 123456789012345678901234567890}", RONDO_INVALID_ARGUMENT, "a.json:1:36: too big integer near '123456789012345678901234567890'"},
      {"{\"a\": 1e999}", RONDO_INVALID_ARGUMENT, "a.json:1:11: real number overflow near '1e999'"},
      {"{\"a\": \"\xFF\"}", RONDO_INVALID_ARGUMENT, "a.json:1:7: unable to decode byte 0xff near '\"'"},
      {"{\"a\": NaN}", RONDO_INVALID_ARGUMENT, "a.json:1:9: invalid token near 'NaN'"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    memset(&diag, 0, sizeof diag);
    assert_int_equal(rdo_document_parse(text_bytes(bad[i].text), "a.json", NULL, &document, &diag), bad[i].status);
    // Where exactly a word ends is the library's business; that there is a line and column is ours.
    assert_memory_equal(diag.message, bad[i].message, strlen("a.json:1:"));
    assert_non_null(strchr(diag.message + 9, ':'));
    if (i == 1 || i == 2) assert_string_equal(diag.message, bad[i].message);
    rdo_document_deinit(&document);
  }
}

static void test_files(void **state) {
  (void)state;
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_document_open("none.json", NULL, &document, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "none.json: cannot open: No such file or directory");
  rdo_document_deinit(&document);
  memset(&diag, 0, sizeof diag);
  write_file("empty.json", "");
  assert_int_equal(rdo_document_open("empty.json", NULL, &document, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "empty.json: file is empty");
  rdo_document_deinit(&document);
  memset(&diag, 0, sizeof diag);
  write_file("marked.json", "\xEF\xBB\xBF{\"a\": 1}");
  assert_ok(rdo_document_open("marked.json", NULL, &document, &diag), &diag);
  rdo_document_deinit(&document);
  // Too large: a hole, which is not read.
  assert_int_equal(truncate("marked.json", (off_t)RDO_DOCUMENT_BYTES_MAX + 1), 0);
  assert_int_equal(rdo_document_open("marked.json", NULL, &document, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_string_equal(diag.message, "marked.json: has 268435457 bytes, more than the 256 MiB that a JSON file may have");
  end();
}

static void test_paths(void **state) {
  (void)state;
  struct rdo_value root = parse("{\"a\": [1, {\"b.c\": {\"d-1\": 2}, \"\": 3}]}"), a, one, b, d;
  char text[64];
  rdo_value_path(&root, text, sizeof text);
  assert_string_equal(text, "");
  assert_true(rdo_value_find(&root, "a", &a));
  one = rdo_value_element(&a, 1);
  assert_true(rdo_value_find(&one, "b.c", &b));
  assert_true(rdo_value_find(&b, "d-1", &d));
  rdo_value_path(&d, text, sizeof text);
  assert_string_equal(text, "a[1][\"b.c\"].d-1");
  assert_true(rdo_value_find(&one, "", &d));
  rdo_value_path(&d, text, sizeof text);
  assert_string_equal(text, "a[1][\"\"]");
  char small[6];
  rdo_value_path(&d, small, sizeof small);
  assert_string_equal(small, "a[1][");
  assert_int_equal(rdo_value_fail(&root, &diag, RONDO_OUT_OF_RANGE, "%d", 7), RONDO_OUT_OF_RANGE);
  assert_string_equal(diag.message, "a.json: 7");
  end();
}

static void test_numbers(void **state) {
  (void)state;
  struct rdo_value root = parse("{\"i\": 7, \"r\": 7.5, \"w\": 8.0, \"t\": \"x\", \"n\": null, \"big\": 9223372036854775807}");
  int number = 3;
  int64_t wide = 0;
  double real = 0;
  assert_ok(rdo_member_int(&root, "none", 0, 9, &number, &diag), &diag);
  assert_int_equal(number, 3);
  assert_ok(rdo_member_int(&root, "i", 0, 9, &number, &diag), &diag);
  assert_int_equal(number, 7);
  assert_ok(rdo_member_int(&root, "w", 0, 9, &number, &diag), &diag);
  assert_int_equal(number, 8);
  assert_ok(rdo_member_integer(&root, "big", 0, INT64_MAX, &wide, &diag), &diag);
  assert_true(wide == INT64_MAX);
  assert_ok(rdo_member_number(&root, "r", 0, 9, &real, &diag), &diag);
  assert_true(real == 7.5);
  static const struct {
    const char *key;
    int min, max;
    enum rondo_status status;
    const char *message;
  } bad[] = {
      {"r", 0, 9, RONDO_INVALID_ARGUMENT, "a.json: r: is a number, must be a whole number"},
      {"t", 0, 9, RONDO_INVALID_ARGUMENT, "a.json: t: is a text, must be a whole number"},
      {"n", 0, 9, RONDO_INVALID_ARGUMENT, "a.json: n: is null, must be a whole number; leave the key out for the default"},
      {"i", 8, 9, RONDO_OUT_OF_RANGE, "a.json: i: is 7, must be 8 or more"},
      {"i", 0, 6, RONDO_OUT_OF_RANGE, "a.json: i: is 7, must be 6 or less"},
      {"big", 0, 6, RONDO_OUT_OF_RANGE, "a.json: big: is 9223372036854775807, must be 6 or less"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    memset(&diag, 0, sizeof diag);
    assert_int_equal(rdo_member_int(&root, bad[i].key, bad[i].min, bad[i].max, &number, &diag), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    assert_int_equal(number, 8);
  }
  end();
}

static void test_other_kinds(void **state) {
  (void)state;
  static const char *const colours[] = {"red", "green", "blue"};
  struct rdo_value root = parse("{\"f\": true, \"t\": \"green\", \"a\": [1, 2], \"o\": {}}"), member;
  bool flag = false;
  int choice = 0;
  const char *text = NULL;
  assert_ok(rdo_member_flag(&root, "f", &flag, &diag), &diag);
  assert_true(flag);
  assert_ok(rdo_member_text(&root, "t", &text, &diag), &diag);
  assert_string_equal(text, "green");
  assert_ok(rdo_member_choice(&root, "t", colours, 3, &choice, &diag), &diag);
  assert_int_equal(choice, 1);
  assert_int_equal(rdo_member_choice(&root, "t", colours, 1, &choice, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "a.json: t: is \"green\", must be red");
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_member_flag(&root, "t", &flag, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "a.json: t: is a text, must be true or false");
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_value_require(&root, "none", RDO_VALUE_ARRAY, "the things", &member, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "a.json: none: is missing: the things");
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_value_require(&root, "o", RDO_VALUE_ARRAY, "the things", &member, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "a.json: o: is an object, must be an array");
  memset(&diag, 0, sizeof diag);
  assert_true(rdo_value_find(&root, "t", &member));
  assert_int_equal(rdo_value_text(&member, 4, &text, &diag), RONDO_OUT_OF_RANGE);
  assert_string_equal(diag.message, "a.json: t: has 5 bytes, may have 4 at most");
  assert_int_equal(rdo_value_count(&root), 4);
  assert_int_equal(rdo_value_count(&member), 0);
  end();
}

static void test_times(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t time_ns;
  } good[] = {
      {"{\"p_ms\": 2}", 2000000}, {"{\"p_us\": 2}", 2000}, {"{\"p_ns\": 2}", 2}, {"{\"p_s\": 2}", 2000000000},
      {"{\"p_ms\": 32.282000000001084}", 32282000}, {"{\"p_ms\": -0.0}", 0}, {"{\"p_ms\": 0.0000005}", 1}, {"{\"p_ns\": 9007199254740992}", RDO_TIME_NS_MAX},
      {"{\"p_ns\": 2.5}", 3}, {"{}", 77},
  };
  for (size_t i = 0; i < COUNT_OF(good); ++i) {
    struct rdo_value root = parse(good[i].text);
    int64_t time_ns = 77;
    bool is_given;
    assert_ok(rdo_member_time(&root, "p", 0, RDO_TIME_NS_MAX, &time_ns, &is_given, &diag), &diag);
    assert_true(time_ns == good[i].time_ns);
    assert_int_equal(is_given, strlen(good[i].text) > 2);
    end();
  }
  static const struct bad_text bad[] = {
      {"{\"p_ms\": 0}", RONDO_OUT_OF_RANGE, "a.json: p_ms: is 0 ms, must be more than 0"},
      {"{\"p_ms\": -2.5}", RONDO_OUT_OF_RANGE, "a.json: p_ms: is -2.5 ms, must be more than 0"},
      {"{\"p_ms\": 6}", RONDO_OUT_OF_RANGE, "a.json: p_ms: is 6 ms, must be at most 5 ms"},
      {"{\"p_s\": 9223372036854775807}", RONDO_OUT_OF_RANGE, "a.json: p_s: is 9.22337e+18 s, more than the 104 days that a time may have"},
      {"{\"p_ms\": -1e300}", RONDO_OUT_OF_RANGE, "a.json: p_ms: is -1e+300 ms, more than the 104 days that a time may have"},
      {"{\"p_ns\": 9007199254740993}", RONDO_OUT_OF_RANGE, "a.json: p_ns: is 9.0072e+15 ns, more than the 104 days that a time may have"},
      {"{\"p_us\": 2, \"p_ms\": 2}", RONDO_INVALID_ARGUMENT, "a.json: p_ms: p_us is given as well: keep one of them"},
      {"{\"p_us\": \"2\"}", RONDO_INVALID_ARGUMENT, "a.json: p_us: is a text, must be a number"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    struct rdo_value root = parse(bad[i].text);
    int64_t time_ns = 77;
    assert_int_equal(rdo_member_time(&root, "p", 1, 5000000, &time_ns, NULL, &diag), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    end();
  }
}

static void test_unknown(void **state) {
  (void)state;
  static const char *const known[] = {"a", "p_*"};
  struct rdo_value root = parse("[{\"a\": 1, \"b\": 2, \"p_ms\": 3, \"$schema\": \"x\", \"p_h\": 4}, {\"b\": 3, \"line\\nbreak\": 1}]");
  for (size_t i = 0; i < 2; ++i) {
    struct rdo_value element = rdo_value_element(&root, i);
    assert_ok(rdo_value_note_unknown(&element, known, 2, &diag), &diag);
  }
  assert_int_equal(notes.count, 3);
  assert_note(&notes, 0, 2, "a.json: [0].b: nobody reads this key: is its name right?");
  assert_note(&notes, 1, 1, "a.json: [0].p_h: nobody reads this key: is its name right?");
  assert_note(&notes, 2, 1, "a.json: [1][\"line?break\"]: nobody reads this key: is its name right?");
  end();
}

// However many kinds of remarks there are, what is kept is bounded.
static void test_many_notes(void **state) {
  (void)state;
  char kind[16];
  for (int i = 0; i < 2 * RDO_NOTES_MAX; ++i) {
    snprintf(kind, sizeof kind, "%d", i);
    assert_ok(rdo_notes_add(&notes, &diag, kind, "remark %d", i), &diag);
  }
  assert_int_equal(notes.count, RDO_NOTES_MAX);
  assert_int_equal(notes.beyond_count, RDO_NOTES_MAX);
  end();
}

static void test_schema(void **state) {
  (void)state;
  parse("{\"schema\": \"rondo.jobs/1\"}");
  assert_ok(rdo_document_check_schema(&document, "rondo.jobs", 1, &diag), &diag);
  assert_int_equal(rdo_document_check_schema(&document, "rondo.job", 1, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "a.json: schema: is \"rondo.jobs/1\", another kind of file than the \"rondo.job/1\" that is needed here");
  end();
  parse("{\"schema\": \"rondo.jobs/2\"}");
  assert_int_equal(rdo_document_check_schema(&document, "rondo.jobs", 1, &diag), RONDO_INCOMPATIBLE);
  assert_string_equal(diag.message, "a.json: schema: is \"rondo.jobs/2\": a later rondo wrote this, this one reads up to \"rondo.jobs/1\"");
  end();
  static const char *const bad[] = {"{\"schema\": \"rondo.jobs/\"}", "{\"schema\": \"rondo.jobs/0\"}", "{\"schema\": \"rondo.jobs/1x\"}", "{\"schema\": 1}", "[]"};
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    parse(bad[i]);
    assert_int_equal(rdo_document_check_schema(&document, "rondo.jobs", 1, &diag), RONDO_INVALID_ARGUMENT);
    end();
  }
  parse("{}");
  assert_ok(rdo_document_check_schema(&document, "rondo.jobs", 1, &diag), &diag);
  end();
}

static void test_beside(void **state) {
  (void)state;
  struct rdo_arena arena = {0};
  const char *path;
  assert_ok(rdo_text_beside(&arena, "x/jobs.json", "a.vmfb", &path, &diag), &diag);
  assert_string_equal(path, "x/a.vmfb");
  assert_ok(rdo_text_beside(&arena, "jobs.json", "a.vmfb", &path, &diag), &diag);
  assert_string_equal(path, "a.vmfb");
  assert_ok(rdo_text_beside(&arena, "/x/jobs.json", "/y/a.vmfb", &path, &diag), &diag);
  assert_string_equal(path, "/y/a.vmfb");
  rdo_arena_deinit(&arena);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_syntax), cmocka_unit_test(test_files), cmocka_unit_test(test_paths), cmocka_unit_test(test_numbers), cmocka_unit_test(test_other_kinds),
      cmocka_unit_test(test_times), cmocka_unit_test(test_unknown), cmocka_unit_test(test_many_notes), cmocka_unit_test(test_schema), cmocka_unit_test(test_beside),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
