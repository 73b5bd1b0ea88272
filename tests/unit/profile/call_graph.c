// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/call_graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../hal/fake_executable.h"

static struct fake_executable *fake;
static int64_t two_bindings, one_binding;
static struct rdo_heap *heap;
static struct rdo_buffer *constant, *transient, *view, *whole;
static uint8_t rodata[64];

static void require(enum rondo_status status) { assert_int_equal(status, RONDO_OK); }

static int do_nothing(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)state;
  (void)workgroup;
  return 0;
}

static int set_up(void **state) {
  (void)state;
  fake = fake_executable_create();
  two_bindings = fake_executable_add(fake, "two", do_nothing, 0, 2);
  one_binding = fake_executable_add(fake, "one", do_nothing, 0, 1);
  require(rdo_heap_create(0, &heap, NULL));
  require(rdo_buffer_wrap(rodata, sizeof rodata, RDO_MEMORY_CPU, RDO_USAGE_DEFAULT, NULL, NULL, &constant, NULL));
  constant->is_read_only = true;
  require(rdo_buffer_create_transient(heap, RDO_MEMORY_CPU, RDO_USAGE_DEFAULT, 1000, &transient, NULL));
  require(rdo_buffer_create(heap, RDO_MEMORY_CPU, RDO_USAGE_DEFAULT, 256, true, &whole, NULL));
  require(rdo_buffer_subspan(whole, 64, 128, &view, NULL));
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  rdo_object_release(&view->object);
  rdo_object_release(&whole->object);
  rdo_object_release(&transient->object);
  rdo_object_release(&constant->object);
  rdo_object_release(&heap->object);
  rdo_object_release(&fake->executable.object);
  return 0;
}

static void dispatch(struct rdo_recording *recording, uint32_t x, uint32_t y, const struct rdo_buffer_ref *refs, uint32_t count) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = two_bindings, .workgroup_count = {x, y, 1}, .binding_count = count};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  require(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL));
  for (uint32_t i = 0; i < count; ++i) {
    bindings[i] = refs[i];
    require(rdo_recording_check_ref(recording, &bindings[i], NULL));
  }
  rdo_recording_complete(recording);
}

static struct rdo_recording *begin(void) {
  struct rdo_recording *recording;
  require(rdo_recording_create(0, 4, &recording, NULL));
  return recording;
}

// Reads a constant and writes half of a slot; writes the other half; then reads both: three nodes, of which the second does
// not wait for the first although a barrier is between them.
static struct rdo_recording *make_recording(void) {
  struct rdo_recording *recording = begin();
  const struct rdo_buffer_ref first[] = {{.buffer = constant, .length = 64}, {.slot = 1, .offset = 0, .length = 100}};
  const struct rdo_buffer_ref second[] = {{.buffer = constant, .length = 64}, {.slot = 1, .offset = 100, .length = RDO_WHOLE_BUFFER}};
  const struct rdo_buffer_ref source = {.slot = 1, .offset = 50, .length = 100}, target = {.slot = 2, .offset = 8, .length = 100};
  dispatch(recording, 3, 5, first, 2);
  require(rdo_recording_barrier(recording, NULL));
  dispatch(recording, 0, 5, second, 2);
  require(rdo_recording_barrier(recording, NULL));
  require(rdo_recording_copy(recording, &source, &target, NULL));
  require(rdo_recording_finalize(recording, NULL));
  return recording;
}

static void expect_edges(const struct rdo_call_graph *graph, size_t node, const char *expected) {
  char text[128] = "";
  for (uint32_t i = graph->edges.begins[node]; i < graph->edges.begins[node + 1]; ++i) {
    snprintf(text + strlen(text), sizeof text - strlen(text), "%u;", graph->edges.predecessors[i]);
  }
  assert_string_equal(text, expected);
}

static void test_execute(void **state) {
  (void)state;
  struct rdo_recording *recording = make_recording();
  const struct rdo_buffer_ref entries[] = {{0}, {.buffer = transient, .offset = 100, .length = 400}, {.buffer = view, .length = RDO_WHOLE_BUFFER}};
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .recording = recording, .bindings = {entries, 3}}, other = {.kind = RDO_OPERATION_ALLOCA, .target = transient};
  struct rdo_call_graph graph = {0}, again = {0};
  rdo_call_graph_add(&graph, &other);
  rdo_call_graph_add(&graph, &operation);
  rdo_call_graph_add(&graph, &operation);
  require(rdo_call_graph_finish(&graph, NULL));
  assert_int_equal(graph.recording_count, 2);
  assert_int_equal(graph.node_count, 6);
  assert_int_equal(graph.recording_begins[1], 3);
  assert_string_equal(graph.nodes[0].name, "two");
  assert_string_equal(graph.nodes[2].name, "copy");
  assert_int_equal(graph.nodes[0].tile_count, 15);
  assert_int_equal(graph.nodes[1].tile_count, 0);
  assert_int_equal(graph.nodes[2].tile_count, 1);
  assert_int_equal(graph.nodes[0].bytes_touched, 164);
  assert_int_equal(graph.nodes[1].bytes_touched, 64 + 300);
  assert_int_equal(graph.nodes[2].bytes_touched, 200);
  // Where they are: of the transient memory, which there is not yet, and of what the view is part of.
  const struct rdo_access *accesses = &graph.accesses[graph.places[0].access_begin], *copied = &graph.accesses[graph.places[2].access_begin];
  assert_false(accesses[0].is_written);
  assert_true(accesses[1].is_written);
  assert_ptr_equal(accesses[1].root, transient);
  assert_int_equal(accesses[1].offset, 100);
  assert_int_equal(accesses[1].address, 0);
  assert_false(copied[0].is_written);
  assert_int_equal(copied[0].offset, 150);
  assert_true(copied[1].is_written);
  assert_ptr_equal(copied[1].root, whole);
  assert_int_equal(copied[1].offset, 64 + 8);
  assert_int_equal(copied[1].address, (uintptr_t)rdo_buffer_data(whole) + 64 + 8);
  expect_edges(&graph, 0, "");
  expect_edges(&graph, 1, "");
  expect_edges(&graph, 2, "0;1;");
  expect_edges(&graph, 3, "2;");
  expect_edges(&graph, 4, "2;");
  expect_edges(&graph, 5, "3;4;");
  // The same again is the same, half of it is not.
  rdo_call_graph_add(&again, &operation);
  require(rdo_call_graph_finish(&again, NULL));
  assert_false(rdo_call_graph_equals(&graph, &again));
  rdo_call_graph_deinit(&again);
  rdo_call_graph_add(&again, &operation);
  rdo_call_graph_add(&again, &operation);
  require(rdo_call_graph_finish(&again, NULL));
  assert_true(rdo_call_graph_equals(&graph, &again));
  rdo_call_graph_deinit(&again);
  rdo_call_graph_deinit(&graph);
  rdo_object_release(&recording->object);
}

// A reference that the table does not have touches nothing; running it is what fails.
static void test_unbound(void **state) {
  (void)state;
  struct rdo_recording *recording = make_recording();
  const struct rdo_buffer_ref entries[] = {{0}, {0}};
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .recording = recording, .bindings = {entries, 2}};
  struct rdo_call_graph graph = {0};
  rdo_call_graph_add(&graph, &operation);
  require(rdo_call_graph_finish(&graph, NULL));
  assert_int_equal(graph.nodes[2].bytes_touched, 0);
  expect_edges(&graph, 2, "");
  rdo_call_graph_deinit(&graph);
  rdo_object_release(&recording->object);
}

static void test_dispatch(void **state) {
  (void)state;
  const struct rdo_buffer_ref refs[] = {{.buffer = whole, .offset = 16, .length = 32}};
  const struct rdo_dispatch one = {.info = {.executable = &fake->executable, .function_id = one_binding, .workgroup_count = {2, 2, 2}, .binding_count = 1}, .bindings = refs};
  const struct rdo_operation operation = {.kind = RDO_OPERATION_DISPATCH, .dispatch = &one};
  struct rdo_call_graph graph = {0};
  rdo_call_graph_add(&graph, &operation);
  require(rdo_call_graph_finish(&graph, NULL));
  assert_int_equal(graph.node_count, 1);
  assert_int_equal(graph.nodes[0].tile_count, 8);
  assert_int_equal(graph.nodes[0].bytes_touched, 32);
  rdo_call_graph_deinit(&graph);
}

static void test_list(void **state) {
  (void)state;
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE_LIST};
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_call_graph graph = {0};
  rdo_call_graph_add(&graph, &operation);
  assert_int_equal(rdo_call_graph_finish(&graph, &diag), RONDO_UNIMPLEMENTED);
  assert_non_null(strstr(diag.message, "lists of recordings"));
  rdo_call_graph_deinit(&graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_execute), cmocka_unit_test(test_unbound), cmocka_unit_test(test_dispatch), cmocka_unit_test(test_list)};
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
