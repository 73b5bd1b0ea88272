// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Stream-level IR as a graph, and what is annotated in it. Texts are what the compiler writes, shortened.

#include "plan/ir_schedule.h"

#include "dump_test.h"

// A function around operations; line 3 is the first of them.
#define FUNCTION(body) \
  "module attributes {a = #b<@c>} {\n  util.func public @f$async(%arg0: !hal.buffer_view {x.y = 1}) -> !hal.buffer_view attributes {z, w = \"{\"} {\n" body "\n  }\n}\n"

#define CONSTANTS \
  "    %c0 = arith.constant 0 : index\n    %c64 = arith.constant 64 : index\n    %c128 = arith.constant 128 : index\n    %m = arith.constant -1 : i32\n"
#define MEMORY "    %r, %t = stream.resource.alloca uninitialized on(#x<@d>) await(%w) => !stream.resource<transient>{%c128} => !stream.timepoint\n"

#define EXECUTE(result, await, body) \
  "    %" result " = stream.cmd.execute on(#x<@d>) await(%" await ") => with(%r as %a: !stream.resource<transient>{%c128}, %q as %b: !stream.resource<external>{%c64}) {\n" \
  body "    } => !stream.timepoint\n"

#define DISPATCH(kernel, bindings) "      stream.cmd.dispatch @m_dispatch_" kernel "::@m_dispatch_" kernel "_k {\n" bindings "\n      }\n"
#define RO(name, begin) "        ro %" name "[%" begin " for %c64] : !stream.resource<transient>{%c128}"
#define WO(name, begin) "        wo %" name "[%" begin " for %c64] : !stream.resource<transient>{%c128}"

static void test_only_the_same_bytes_are_ordered(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY EXECUTE("1", "t",
    DISPATCH("0", WO("a", "c0")) DISPATCH("1", WO("a", "c64")) DISPATCH("2", RO("a", "c0") ",\n" RO("a", "c64")) DISPATCH("3", RO("a", "c0"))
    DISPATCH("4", WO("a", "c64")) DISPATCH("5", RO("a", "c0") ",\n" RO("a", "c64")))));
  expect_dump("m_dispatch_0; m_dispatch_1; m_dispatch_2: m_dispatch_0 m_dispatch_1; m_dispatch_3: m_dispatch_0; m_dispatch_4: m_dispatch_2; "
              "m_dispatch_5: m_dispatch_4; ");
  assert_int_equal(dump.variant, RDO_SCHEDULE_GRAPH);
  assert_int_equal(dump.nodes[5].dispatch, 5);
  assert_string_equal(dump.nodes[5].export_name, "m_dispatch_5_k");
  end_dump();
}

static void test_groups(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY EXECUTE("1", "t",
    DISPATCH("0", WO("a", "c0")) "stream.cmd.concurrent {\n" DISPATCH("1", WO("a", "c0"))
    "stream.cmd.serial {\n" DISPATCH("2", WO("a", "c0")) DISPATCH("3", WO("a", "c0")) "}\n"
    "}\n" DISPATCH("4", WO("a", "c0")))));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; m_dispatch_2: m_dispatch_0; m_dispatch_3: m_dispatch_2; m_dispatch_4: m_dispatch_1 m_dispatch_3; ");
  end_dump();
}

// Fills and copies are no nodes, but order what is around them.
static void test_transfers(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY "    %q = stream.tensor.import %arg0 : !hal.buffer_view -> tensor<1xf32> in !stream.resource<external>{%c64}\n"
    EXECUTE("1", "t",
      DISPATCH("0", RO("a", "c0")) "      stream.cmd.fill %m, %a[%c0 for %c64] : i32 -> !stream.resource<transient>{%c128}\n"
      DISPATCH("1", RO("a", "c0")) DISPATCH("2", RO("a", "c64"))
      "      stream.cmd.copy %a[%c0], %b[%c0], %c64 : !stream.resource<transient>{%c128} -> !stream.resource<external>{%c64}\n"
      DISPATCH("3", WO("a", "c0")) DISPATCH("4", RO("b", "c0")) DISPATCH("5", WO("a", "c64")))));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; m_dispatch_2; m_dispatch_3: m_dispatch_1; m_dispatch_4: m_dispatch_0; m_dispatch_5: m_dispatch_2; ");
  assert_int_equal(dump.nodes[3].dispatch, 5);
  end_dump();
}

#define ONE(result, await, kernel) EXECUTE(result, await, DISPATCH(kernel, RO("a", "c0")))

static void test_timepoints(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY ONE("1", "t", "0") ONE("2", "t", "1") ONE("3", "1", "2")
    "    %4 = stream.timepoint.join max(%2, %3) => !stream.timepoint\n" ONE("5", "4", "3")
    "    %6 = stream.timepoint.await sync %2 => %r : !stream.resource<transient>{%c128}\n" ONE("7", "t", "4")));
  expect_dump("m_dispatch_0; m_dispatch_1; m_dispatch_2: m_dispatch_0; m_dispatch_3: m_dispatch_1 m_dispatch_2; m_dispatch_4: m_dispatch_1; ");
  assert_int_equal(dump.nodes[4].recording, 4);
  assert_int_equal(dump.nodes[4].dispatch, 0);
  end_dump();
}

// Through fences, calls and results that are told together.
static void test_other_waits(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY ONE("1", "t", "0") ONE("2", "t", "1") "    %4:2 = a.pair %1, %t : x, y\n" ONE("5", "4#1", "2")
    "    stream.timepoint.chain_external on(#x<@d>) %2 => (%f : !hal.fence)\n    %6 = stream.timepoint.import on(#x<@d>) %f : (!hal.fence) => !stream.timepoint\n"
    ONE("7", "6", "3")));
  expect_dump("m_dispatch_0; m_dispatch_1; m_dispatch_2: m_dispatch_0; m_dispatch_3: m_dispatch_1; ");
  end_dump();
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY ONE("1", "t", "0") "    %s = hal.fence.await until([%f]) timeout_millis(%m) : i32\n" ONE("2", "t", "1")
    "    util.call @g(%x) : (y) -> ()\n" ONE("3", "t", "2")));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; m_dispatch_2: m_dispatch_1; ");
  end_dump();
}

// At branches and loops the order of the text is kept.
static void test_control_flow(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY ONE("1", "t", "0") "    cf.br ^bb1(%t : !stream.timepoint)\n  ^bb1(%u: !stream.timepoint):  // pred: ^bb0\n"
    ONE("2", "u", "1") "    %3:2 = scf.if %x -> (index, index) {\n" ONE("4", "t", "2") "      scf.yield %4 : !stream.timepoint\n    } else {\n      scf.yield %u, %t : i, i\n    }\n"
    ONE("5", "t", "3")));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; m_dispatch_2: m_dispatch_1; m_dispatch_3: m_dispatch_2; ");
  end_dump();
}

// Views of one memory meet where they overlap; what is not known may be anything.
static void test_resources(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY "    %q = stream.resource.subview %r[%c64] : !stream.resource<transient>{%c128} -> !stream.resource<transient>{%c64}\n"
    EXECUTE("1", "t", DISPATCH("0", WO("a", "c0")) DISPATCH("1", WO("b", "c0")) DISPATCH("2", RO("a", "c64")) DISPATCH("3", RO("a", "unknown")))));
  expect_dump("m_dispatch_0; m_dispatch_1; m_dispatch_2: m_dispatch_1; m_dispatch_3: m_dispatch_0 m_dispatch_1; ");
  end_dump();
  read_dump("f.mlir", FUNCTION(CONSTANTS MEMORY EXECUTE("1", "t", DISPATCH("0", WO("a", "c0")) DISPATCH("1", RO("b", "c64")))));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; ");
  end_dump();
#define LOADS(between) "    %r = util.global.load @g : x\n" between "    %q = util.global.load @h : x\n"
#define WRITES EXECUTE("1", "t", DISPATCH("0", WO("a", "c0")) DISPATCH("1", WO("b", "c0")))
  read_dump("f.mlir", FUNCTION(CONSTANTS LOADS("") WRITES));
  expect_dump("m_dispatch_0; m_dispatch_1; ");
  end_dump();
  read_dump("f.mlir", FUNCTION(CONSTANTS LOADS("    util.global.store %r, @h : x\n") WRITES));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; ");
  end_dump();
  read_dump("f.mlir", FUNCTION(CONSTANTS "    %r = stream.tensor.import %v : x\n    %q = stream.tensor.import %v : x\n" WRITES));
  expect_dump("m_dispatch_0; m_dispatch_1: m_dispatch_0; ");
  end_dump();
  read_dump("f.mlir", FUNCTION(CONSTANTS "    %r = stream.tensor.import %v : x\n    %q = stream.tensor.import %w : x\n" WRITES));
  expect_dump("m_dispatch_0; m_dispatch_1; ");
  end_dump();
}

// Kernels' functions are none of the host program; initializers run at another time.
static void test_what_is_no_call(void **state) {
  (void)state;
  read_dump("f.mlir", "// a comment {\n  stream.executable private @e {\n    builtin.module {\n      func.func @k(%arg0: x) {\n        return\n      }\n    }\n  }\n"
                      "  util.func private @declared(%arg0: x) -> y\n  util.global private @g {a = 1} : !stream.resource<constant>\n"
                      "  util.initializer {\n" CONSTANTS EXECUTE("1", "t", DISPATCH("7", RO("a", "c0"))) "    util.return\n  }\n"
                      FUNCTION(CONSTANTS "    %s = util.buffer.constant : !util.buffer = #x<8xi8, [\n    dense<[1, 2]> : tensor<2xi8>,\n]>\n" ONE("1", "t", "0"))
                      "{-#\n  dialect_resources: { a: \"0x00\" }\n#-}\n");
  expect_dump("m_dispatch_0; ");
  assert_note(&dump.notes, 0, 1, "f.mlir: 1 dispatches of initializers run when the module is loaded: they are left out");
  end_dump();
}

static void test_functions(void **state) {
  (void)state;
  static const char text[] = "util.func public @a() {\n" CONSTANTS ONE("1", "t", "0") "}\nutil.func public @b$async() {\n" CONSTANTS ONE("1", "t", "1") "}\n"
                             "util.func public @b() {\n util.return\n}\n";
  const struct rdo_schedule_options b = {.function = "b"}, c = {.function = "c"};
  read_dump_with("f.mlir", text, &b);
  expect_dump("m_dispatch_1; ");
  end_dump();
  const struct bad_text none = {text, RONDO_INVALID_ARGUMENT, "f.mlir: 2 functions have dispatches, @a is the first: say which one, with --function"};
  expect_bad_dump("f.mlir", &none);
  struct rondo_diag diag = {0};
  assert_int_equal(rdo_dump_parse(text_bytes(text), "f.mlir", &c, &dump, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "f.mlir: no function @c has dispatches");
  end_dump();
}

// Kernels for several kinds of devices, quoted names, workloads, uniform values.
static void test_spellings(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS EXECUTE("1", "t",
    "stream.cmd.dispatch {@\"k_dispatch_1\"::@\"k-l\", @o::@p}[%c0, %c64](%c0, %m : index, i32) {\n" RO("a", "c0") "\n} attributes {other = [1, {a = 2}], flag}\n")));
  expect_dump("k_dispatch_1; ");
  assert_string_equal(dump.nodes[0].export_name, "k-l");
  assert_int_equal(dump.variant, RDO_SCHEDULE_GRAPH);
  end_dump();
}

#define ANNOTATED(attributes) FUNCTION(CONSTANTS EXECUTE("1", "t", "      stream.cmd.dispatch @m_dispatch_0::@m_dispatch_0_k {\n" RO("a", "c0") "\n      } attributes {" attributes "}\n" \
                                                         DISPATCH("1", RO("a", "c0"))))

static void test_annotations(void **state) {
  (void)state;
  read_dump("f.mlir", ANNOTATED("iree.scheduling.affinity = 240 : i64, \"iree.scheduling.priority\" = 200 : i32, other = {a = \"b\"}, "
                                "iree.scheduling.resource = \"npu,dma\", iree.scheduling.start_time_ns = 1500 : i64, rondo.duration_ns = 500"));
  const struct rdo_schedule_node *node = &dump.nodes[0];
  assert_int_equal(dump.variant, RDO_SCHEDULE_PLAN);
  assert_int_equal(node->start_ns, 1500);
  assert_int_equal(node->duration_ns, 500);
  assert_int_equal(node->priority, 200);
  assert_int_equal(node->resource_count, 2);
  assert_string_equal(dump.resources[dump.resource_lists[node->resource_begin + 1]], "dma");
  assert_string_equal(dump.targets[node->target].name, "0xf0");
  assert_string_equal(dump.targets[dump.nodes[1].target].name, "CPU_P");
  assert_int_equal(dump.makespan_ns, 2000);
  end_dump();
  read_dump("f.mlir", ANNOTATED("rondo.target = \"A,B\", rondo.workers = 3 : i32, rondo.job = \"m7\", rondo.policy = \"phase_locked soft\""));
  node = &dump.nodes[0];
  assert_string_equal(dump.targets[node->target].name, "A");
  assert_int_equal(node->extra_count, 1);
  assert_string_equal(dump.targets[dump.target_lists[node->extra_begin]].name, "B");
  assert_int_equal(node->worker_count, 3);
  assert_string_equal(dump.jobs[node->job].name, "m7");
  assert_int_equal(node->release_policy, RDO_RELEASE_PHASE_LOCKED);
  assert_int_equal(node->time_mode, RDO_TIME_SOFT);
  end_dump();
}

// Of two that begin at once the graph says which one comes first, whatever their ids.
static void test_ties(void **state) {
  (void)state;
  read_dump("f.mlir", FUNCTION(CONSTANTS EXECUTE("1", "t",
    "stream.cmd.dispatch @m_dispatch_1::@m_dispatch_1_k {\n" WO("a", "c0") "\n} attributes {rondo.policy = \"hard\"}\n"
    "stream.cmd.dispatch @m_dispatch_0::@m_dispatch_0_k {\n" RO("a", "c0") "\n} attributes {rondo.policy = \"hard\"}\n")));
  expect_dump("m_dispatch_1; m_dispatch_0: m_dispatch_1; ");
  assert_int_equal(dump.order[0], 0);
  end_dump();
}

// The lane with just those CPUs; or none.
static void test_affinity(void **state) {
  (void)state;
  if (!can_read()) skip();
  struct rdo_machine_file machine;
  struct rondo_diag diag = {0};
  static const char text[] = "{\"clusters\": [{\"name\": \"P\", \"cpus\": \"0-3\"}, {\"name\": \"E\", \"cpus\": \"4-7\"}]}";
  write_file("m.json", text);
  assert_ok(rdo_machine_file_read("m.json", NULL, &machine, &diag), &diag);
  const struct rdo_schedule_options options = {.machine = &machine};
  read_dump_with("f.mlir", ANNOTATED("iree.scheduling.affinity = 240 : i64"), &options);
  assert_string_equal(dump.targets[dump.nodes[0].target].name, "E");
  end_dump();
  assert_int_equal(rdo_dump_parse(text_bytes(ANNOTATED("iree.scheduling.affinity = 16 : i64")), "f.mlir", &options, &dump, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "f.mlir:8: iree.scheduling.affinity: no lane of the machine has just these CPUs");
  end_dump();
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_dump_parse(text_bytes(ANNOTATED("rondo.target = \"X\"")), "f.mlir", &options, &dump, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "f.mlir:8: rondo.target: the machine has no such lane");
  end_dump();
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_dump_parse(text_bytes(ANNOTATED("iree.scheduling.resource = \"npu\"")), "f.mlir", &options, &dump, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "f.mlir:8: iree.scheduling.resource: the machine has no such resource");
  end_dump();
  rdo_machine_file_deinit(&machine);
}

#define IN_EXECUTE(commands) FUNCTION(CONSTANTS EXECUTE("1", "t", commands))

static void test_malformed(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"", RONDO_INVALID_ARGUMENT, "f.mlir: there is no dispatch: no function has stream.cmd.dispatch"},
      {FUNCTION("    util.return"), RONDO_INVALID_ARGUMENT, "f.mlir: there is no dispatch: no function has stream.cmd.dispatch"},
      {FUNCTION("    %0 = flow.dispatch @a::@b(%1) : x"), RONDO_UNIMPLEMENTED, "f.mlir:3: this IR is of an earlier phase: dump it with iree-compile --compile-to=stream"},
      {FUNCTION("    %0 = stream.async.execute with() {"), RONDO_UNIMPLEMENTED, "f.mlir:3: this IR is of an earlier phase: dump it with iree-compile --compile-to=stream"},
      {FUNCTION("    hal.command_buffer.dispatch<%c : x>"), RONDO_UNIMPLEMENTED, "f.mlir:3: this IR is of a later phase: dump it with iree-compile --compile-to=stream"},
      {"\nhal.executable private @e {\n}", RONDO_UNIMPLEMENTED, "f.mlir:2: this IR is of another phase: dump it with iree-compile --compile-to=stream"},
      {"util.func public {\n}", RONDO_INVALID_ARGUMENT, "f.mlir:1: the name of a function is missing"},
      {"util.func public @f() {\n  util.return\n", RONDO_INVALID_ARGUMENT, "f.mlir:2: the region that begins here does not end: } is missing"},
      {"stream.executable private @e {\n {\n", RONDO_INVALID_ARGUMENT, "f.mlir:1: the executable that begins here does not end: } is missing"},
      {FUNCTION("    \"util.return"), RONDO_INVALID_ARGUMENT, "f.mlir:3: the text that begins here does not end on its line: a \" is missing"},
      {FUNCTION("    %0, %1"), RONDO_INVALID_ARGUMENT, "f.mlir:4: results of an operation have no operation: = is missing"},
      {FUNCTION("    (x)"), RONDO_INVALID_ARGUMENT, "f.mlir:3: here an operation should begin"},
      {FUNCTION("    %0 = a.b ("), RONDO_INVALID_ARGUMENT, "f.mlir:4: a bracket of another kind was opened in line 3"},
      {"util.func @f() {\n %0 = a.b (", RONDO_INVALID_ARGUMENT, "f.mlir:2: an operation that begins here does not end: a bracket is not closed"},
      {FUNCTION("    %0 = a.b ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((("), RONDO_OUT_OF_RANGE, "f.mlir:3: brackets are nested more than 64 deep"},
      {FUNCTION("    %0 = a.b )"), RONDO_INVALID_ARGUMENT, "f.mlir:3: a bracket closes that was not opened"},
      {FUNCTION("    stream.cmd.dispatch @a::@b {"), RONDO_INVALID_ARGUMENT, "f.mlir:3: a dispatch stands outside of stream.cmd.execute"},
      {FUNCTION("    %0 = stream.cmd.execute with()\n"), RONDO_INVALID_ARGUMENT, "f.mlir:3: an execution has no commands: { is missing"},
      {"util.func @f() {\n %0 = stream.cmd.execute with(%r as", RONDO_INVALID_ARGUMENT, "f.mlir:2: the list of an execution's resources does not end: ) is missing"},
      {IN_EXECUTE("      arith.constant 0\n"), RONDO_INVALID_ARGUMENT,
       "f.mlir:8: here a command of the execution should begin: stream.cmd.dispatch, .fill, .copy, .concurrent, .serial"},
      {IN_EXECUTE("      stream.cmd.concurrent\n"), RONDO_INVALID_ARGUMENT, "f.mlir:9: a group of commands does not begin: { is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch {\n"), RONDO_INVALID_ARGUMENT, "f.mlir:9: a dispatch does not name its kernel: @executable::@export is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch @a {\n"), RONDO_INVALID_ARGUMENT, "f.mlir:8: a dispatch does not name its kernel: ::@export is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch {@a::@b {\n"), RONDO_INVALID_ARGUMENT, "f.mlir:8: the list of kernels does not end: } is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b[%c0 {\n"), RONDO_INVALID_ARGUMENT, "f.mlir:12: a dispatch has no bindings: { is missing"},
      {"util.func @f() {\n %0 = stream.cmd.execute {\n stream.cmd.dispatch @a::@b[", RONDO_INVALID_ARGUMENT, "f.mlir:3: the bracket that opens here is not closed"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b\n"), RONDO_INVALID_ARGUMENT, "f.mlir:9: a dispatch has no bindings: { is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b {\n        %a[%c0] : x\n}"), RONDO_INVALID_ARGUMENT, "f.mlir:9: a binding begins with ro, wo or rw"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b {\n        ro @a[%c0] : x\n}"), RONDO_INVALID_ARGUMENT, "f.mlir:9: a binding does not name its resource"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b {\n        ro %a : x\n}"), RONDO_INVALID_ARGUMENT, "f.mlir:9: a binding has no range: [ is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b {\n        ro %a[0] : x\n}"), RONDO_INVALID_ARGUMENT, "f.mlir:9: the offset of a range is missing"},
      {IN_EXECUTE("      stream.cmd.dispatch @a::@b {\n        ro %a[%c0 for 1] : x\n}"), RONDO_INVALID_ARGUMENT, "f.mlir:9: the length of a range is missing"},
      {IN_EXECUTE("      stream.cmd.fill %m, %a[%c0 for %c64 : x\n}"), RONDO_INVALID_ARGUMENT, "f.mlir:8: a range does not end: ] is missing"},
      {ANNOTATED("= 1"), RONDO_INVALID_ARGUMENT, "f.mlir:10: the name of an attribute is missing"},
      {ANNOTATED("a = "), RONDO_INVALID_ARGUMENT, "f.mlir:10: the value of an attribute is missing"},
      {ANNOTATED("a b"), RONDO_INVALID_ARGUMENT, "f.mlir:10: attributes do not end: } is missing"},
      {ANNOTATED("iree.scheduling.start_time_ns = -5 : i64"), RONDO_INVALID_ARGUMENT, "f.mlir:8: iree.scheduling.start_time_ns: is no whole number of 0 or more"},
      {ANNOTATED("iree.scheduling.start_time_ns = 0x10 : i64"), RONDO_INVALID_ARGUMENT, "f.mlir:8: iree.scheduling.start_time_ns: is no whole number of 0 or more"},
      {ANNOTATED("iree.scheduling.start_time_ns = 99999999999999999999 : i64"), RONDO_OUT_OF_RANGE, "f.mlir:8: iree.scheduling.start_time_ns: is too large"},
      {ANNOTATED("iree.scheduling.start_time_ns = 9007199254740992, rondo.duration_ns = 1"), RONDO_OUT_OF_RANGE, "f.mlir:8: rondo.duration_ns: is too large"},
      {ANNOTATED("iree.scheduling.priority = 256 : i32"), RONDO_OUT_OF_RANGE, "f.mlir:8: iree.scheduling.priority: is too large"},
      {ANNOTATED("iree.scheduling.resource = 5"), RONDO_INVALID_ARGUMENT,
       "f.mlir:8: iree.scheduling.resource: is no text, is empty, or has other bytes than printable ASCII"},
      {ANNOTATED("iree.scheduling.resource = \"a,,b\""), RONDO_INVALID_ARGUMENT, "f.mlir:8: iree.scheduling.resource: has an empty name, or more than 16"},
      {ANNOTATED("iree.scheduling.resource = \"a,a\""), RONDO_INVALID_ARGUMENT, "f.mlir:8: iree.scheduling.resource: names a resource twice"},
      {ANNOTATED("rondo.target = \"a,a\""), RONDO_INVALID_ARGUMENT, "f.mlir:8: rondo.target: names a target twice"},
      {ANNOTATED("rondo.target = \"a\\00\""), RONDO_INVALID_ARGUMENT, "f.mlir:8: rondo.target: is no text, is empty, or has other bytes than printable ASCII"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) expect_bad_dump("f.mlir", &bad[i]);
}

static void repeat(char *text, size_t capacity, const char *part, int count) {
  size_t length = strlen(text), size = strlen(part);
  for (int i = 0; i < count; ++i, length += size) {
    assert_true(length + size < capacity);
    memcpy(text + length, part, size + 1);
  }
}

static void test_limits(void **state) {
  (void)state;
  size_t capacity = 4 << 20;
  char *text = calloc(1, capacity);
  assert_non_null(text);
  strcpy(text, "util.func @f() {\n%1 = stream.cmd.execute with() {\n");
  repeat(text, capacity, "stream.cmd.serial {\n", RDO_IR_DEPTH_MAX);
  const struct bad_text groups = {text, RONDO_OUT_OF_RANGE, "f.mlir:66: groups of commands are nested more than 64 deep"};
  expect_bad_dump("f.mlir", &groups);
  strcpy(text, "util.func @f() {\n");
  repeat(text, capacity, "scf.if {\n", RDO_IR_DEPTH_MAX);
  strcat(text, "x.y\n");
  const struct bad_text regions = {text, RONDO_OUT_OF_RANGE, "f.mlir:66: regions are nested more than 64 deep"};
  expect_bad_dump("f.mlir", &regions);
  strcpy(text, "util.func @f() {\n%1 = stream.cmd.execute with() {\n");
  repeat(text, capacity, "stream.cmd.fill\n", RDO_IR_COMMANDS_MAX + 1);
  const struct bad_text commands = {text, RONDO_OUT_OF_RANGE, "f.mlir:8195: a function has more than 8192 commands"};
  expect_bad_dump("f.mlir", &commands);
  strcpy(text, "util.func @f() {\n");
  repeat(text, capacity, "%1 = stream.cmd.execute with() {\n}\n", RDO_IR_EXECUTES_MAX + 1);
  const struct bad_text executes = {text, RONDO_OUT_OF_RANGE, "f.mlir:2050: a function has more than 1024 executions"};
  expect_bad_dump("f.mlir", &executes);
  strcpy(text, "util.func @f() {\n");
  repeat(text, capacity, "%a, ", 257);
  const struct bad_text results = {text, RONDO_OUT_OF_RANGE, "f.mlir:2: an operation has more than 256 results"};
  expect_bad_dump("f.mlir", &results);
  strcpy(text, "util.func @f() {\na.b ");
  repeat(text, capacity, "%a, ", 4097);
  const struct bad_text operands = {text, RONDO_OUT_OF_RANGE, "f.mlir:2: an operation has more than 4096 operands"};
  expect_bad_dump("f.mlir", &operands);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_only_the_same_bytes_are_ordered), cmocka_unit_test(test_groups),    cmocka_unit_test(test_transfers),
      cmocka_unit_test(test_timepoints), cmocka_unit_test(test_other_waits),                      cmocka_unit_test(test_control_flow), cmocka_unit_test(test_resources),
      cmocka_unit_test(test_what_is_no_call),                 cmocka_unit_test(test_functions), cmocka_unit_test(test_spellings),
      cmocka_unit_test(test_annotations),                     cmocka_unit_test(test_ties), cmocka_unit_test(test_affinity),  cmocka_unit_test(test_malformed),
      cmocka_unit_test(test_limits),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
