// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/texts.h"

#include "trace/text_out.h"

#include "tables.h"

static void test_texts(void **state) {
  (void)state;
  enum { COUNT = 5000 };
  struct rdo_texts texts = {0};
  uint32_t number;
  assert_int_equal(rdo_texts_find(&texts, "x", 1), UINT32_MAX);
  assert_int_equal(rdo_texts_add(&texts, "", 0, &number, NULL), RONDO_OK);
  assert_int_equal(number, 0);
  for (int again = 0; again < 2; ++again) {
    for (uint32_t i = 0; i < COUNT; ++i) {
      char text[16];
      int length = snprintf(text, sizeof text, "text %u", i);
      assert_int_equal(rdo_texts_add(&texts, text, (size_t)length, &number, NULL), RONDO_OK);
      assert_int_equal(number, i + 1);
      assert_string_equal(rdo_texts_get(&texts, number), text);
      assert_int_equal(rdo_texts_find(&texts, text, (size_t)length), number);
    }
  }
  assert_int_equal(rdo_texts_find(&texts, "text", 4), UINT32_MAX);
  assert_string_equal(rdo_texts_get(&texts, 0), "");
  rdo_texts_deinit(&texts);
}

static void test_the_empty_text_is_interned(void **state) {
  (void)state;
  struct rdo_texts texts = {0};
  uint32_t number;
  bool is_new;
  for (int again = 0; again < 2; ++again) {
    const char *const items[] = {"a", "", "b"};
    for (uint32_t i = 0; i < 3; ++i) {
      assert_int_equal(rdo_texts_intern(&texts, items[i], strlen(items[i]), &number, &is_new, NULL), RONDO_OK);
      assert_int_equal(number, i + 1);
      assert_int_equal(is_new, again == 0);
      assert_string_equal(rdo_texts_get(&texts, number), items[i]);
    }
  }
  rdo_texts_deinit(&texts);
}

static void expect_time(int64_t time_ns, int unit_digits, int decimals, const char *expected) {
  struct rdo_text_out out;
  begin_text(&out);
  rdo_text_put_time(&out, time_ns, unit_digits, decimals);
  rdo_text_flush(&out);
  assert_string_equal(text_sink.bytes, expected);
}

static void test_times(void **state) {
  (void)state;
  expect_time(0, 6, 6, "0.000000");
  expect_time(1234567, 6, 6, "1.234567");
  expect_time(1234567, 6, 3, "1.235");
  expect_time(1234567, 3, 0, "1235");
  expect_time(-1, 3, 3, "-0.001");
  expect_time(-1500, 3, 3, "-1.500");
  expect_time(-400, 3, 0, "0");
  expect_time(999999999, 6, 3, "1000.000");
  expect_time(7, 0, 0, "7");
}

static void expect_escaped(void (*put)(struct rdo_text_out *out, const char *name), const char *name, const char *expected) {
  struct rdo_text_out out;
  begin_text(&out);
  put(&out, name);
  rdo_text_flush(&out);
  assert_string_equal(text_sink.bytes, expected);
}

static void test_escapes(void **state) {
  (void)state;
  expect_escaped(rdo_text_put_json, "a\"b\\c\n\xFF", "\"a\\\"b\\\\c??\"");
  expect_escaped(rdo_text_put_json, "", "\"\"");
  expect_escaped(rdo_text_put_xml, "<a href='x'>&\"\xC2\xB5", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\xC2\xB5");
  expect_escaped(rdo_text_put_quotable, "a\\n\"", "a\\\\n\\\"");
}

// Long names come in pieces, and no character is cut in two.
static void test_long_names(void **state) {
  (void)state;
  for (size_t shift = 0; shift < 4; ++shift) {
    char name[4200];
    memset(name, 'x', shift);
    for (size_t i = shift; i + 3 <= sizeof name - 4; i += 3) memcpy(name + i, "\xE2\x82\xAC", 4);
    struct rdo_text_out out;
    begin_text(&out);
    rdo_text_put_xml(&out, name);
    rdo_text_flush(&out);
    assert_string_equal(text_sink.bytes, name);
  }
  static char large[3 * RDO_TEXT_OUT_BYTES];
  memset(large, 'y', sizeof large - 1);
  struct rdo_text_out out;
  begin_text(&out);
  rdo_text_puts(&out, "a");
  rdo_text_puts(&out, large);
  rdo_text_puts(&out, "b");
  rdo_text_flush(&out);
  assert_int_equal(text_sink.size, sizeof large + 1);
  assert_int_equal(text_sink.bytes[0], 'a');
  assert_int_equal(text_sink.bytes[sizeof large], 'b');
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_the_empty_text_is_interned), cmocka_unit_test(test_times), cmocka_unit_test(test_escapes),
                                     cmocka_unit_test(test_long_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
