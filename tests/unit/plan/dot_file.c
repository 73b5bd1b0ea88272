// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/dot_file.h"

#include "dump_test.h"
#include "plan_test.h"

// What the compiler writes, shortened.
#define CALL(name, kernel) " [shape = box, label = \"%" name " = flow.dispatch[]\\n@" kernel "::@" kernel "_matmul_1x64_f32(%0, %c)\\n<<NULL ATTRIBUTE>>\\ntensor<1x64xf32>\"];\n"
#define OTHER " [shape = ellipse, label = \"%0 = flow.tensor.reshape\\ntensor<f32>\"];\n"

static void test_data_flows_over_other_operations(void **state) {
  (void)state;
  read_dump("g.dot", "// a graph\ndigraph G {\n  compound = true;\n  subgraph cluster_1 {\n    v2 [shape = plain, label = \" \"];\n    label = \"\";\n"
                     "v3" OTHER "v4" CALL("1", "net$async_dispatch_0") "v5" OTHER "v6" CALL("2", "net$async_dispatch_1")
                     "v7" CALL("3#0%3#1", "net$async_dispatch_1") "v8" CALL("4", "net$async_dispatch_3") "}\n"
                     "v3 -> v4 [style = solid];\nv4 -> v5; v5 -> v6 [label = \"0\"] v5 -> v7\nv6 -> v8; v7 -> v8; /* twice\n */ v7 -> v8; v4 -> v8;\n}\n");
  assert_int_equal(dump.variant, RDO_SCHEDULE_GRAPH);
  expect_dump("net_dispatch_0; net_dispatch_1_1: net_dispatch_0; net_dispatch_1_2: net_dispatch_0; "
              "net_dispatch_3: net_dispatch_0 net_dispatch_1_1 net_dispatch_1_2; ");
  assert_string_equal(dump.nodes[3].export_name, "net$async_dispatch_3_matmul_1x64_f32");
  assert_string_equal(dump.jobs[0].name, "net");
  assert_int_equal(dump.nodes[2].id, 1);
  assert_int_equal(dump.nodes[2].ordinal, 2);
  assert_int_equal(dump.nodes[2].total, 2);
  end_dump();
}

// Kernels of other names, an edge before its nodes, chains of edges, names in quotes, node defaults.
static void test_other_spellings(void **state) {
  (void)state;
  read_dump("g.gv", "strict digraph \"my graph\" { node [shape=box, color=\"red\"; width=.5]; graph []\n# a comment\n a -> \"b c\" -> d [label=\"x\"]; "
                    "a [label=\" = flow.dispatch @m::@k\"] \"b c\" [label=\" = flow.dispatch {@n::@n_l, @o::@o_l}\"]; d" CALL("1", "k_dispatch_7") "{ e; } }");
  expect_dump("m; n: m; k_dispatch_7: n; ");
  assert_string_equal(dump.nodes[1].export_name, "n_l");
  assert_int_equal(dump.nodes[0].id, -1);
  end_dump();
}

#define OWN(key, job, target, start, plan) "  \"" key "\" [label=\"" key "\\n" job "\\n" target "\\nstart " start " ms\\nplan " plan " ms\\nmean run 0.010 ms\", penwidth=2.5];\n"

// What is written of a schedule: each node is a dispatch, with its job, target and times.
static void test_own_graph(void **state) {
  (void)state;
  read_dump("own.dot", "digraph dispatch_graph {\n  rankdir=LR;\n  node [shape=box];\n" OWN("net_dispatch_4_2", "net", "P", "1.250", "0.500")
                           OWN("ctl0_dispatch_0", "ctl0", "E", "0.000", "1.125") OWN("x", "net", "P", "2.000", "0.000001")
                               "  \"ctl0_dispatch_0\" -> \"net_dispatch_4_2\";\n  \"ctl0_dispatch_0\" -> \"net_dispatch_4_2\";\n"
                               "  \"net_dispatch_4_2\" -> \"x\" [style=dashed, label=\"time\", constraint=false];\n}\n");
  assert_int_equal(dump.variant, RDO_SCHEDULE_TIMED);
  expect_dump("net_dispatch_4_2: ctl0_dispatch_0; ctl0_dispatch_0; x; ");
  assert_int_equal(dump.nodes[2].time_dependency, 0);
  assert_int_equal(dump.nodes[0].id, 4);
  assert_int_equal(dump.nodes[0].ordinal, 2);
  assert_int_equal(dump.nodes[0].start_ns, 1250000);
  assert_int_equal(dump.nodes[0].duration_ns, 500000);
  assert_int_equal(dump.nodes[2].duration_ns, 1);
  assert_string_equal(dump.jobs[dump.nodes[1].job].name, "ctl0");
  assert_string_equal(dump.targets[dump.nodes[1].target].name, "E");
  assert_int_equal(dump.job_count, 2);
  assert_int_equal(dump.target_count, 2);
  assert_int_equal(dump.notes.count, 0);
  end_dump();
}

// Line breaks that are escaped twice, no durations, edges that are guesses.
static void test_own_graph_of_others(void **state) {
  (void)state;
  read_dump("own.dot", "digraph g { a [label=\"a\\\\nj\\\\nP\\\\nstart 0.000 ms\\\\nplan 0.000 ms\"]; b [label=\"b\\nj\\nP\\nstart 0 ms\\nplan 0 ms\"]; "
                       "a -> b [style=dotted]; }");
  assert_int_equal(dump.variant, RDO_SCHEDULE_GRAPH);
  expect_dump("a; b: a; ");
  assert_int_equal(dump.notes.count, 1);
  end_dump();
}

static void test_malformed_own(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"digraph g {\n" OWN("a", "j", "P", "0.000", "1.000") OWN("b", "j", "P", "0.000", "1.000") OWN("c", "j", "P", "0.000", "1.000") "a -> c [label=time]\nb -> c [label=time] }",
       RONDO_INVALID_ARGUMENT, "own.dot:4: two edges labelled `time` lead to c, which can wait for one"},
      {"digraph g {\n" OWN("a", "j", "P", "0.000", "1.000") OWN("b", "j", "P", "0.000", "9999999999999999999") "}", RONDO_INVALID_ARGUMENT,
       "own.dot:4: there is no dispatch: no label has ` = flow.dispatch`, as in graphs of the compiler; nor has each node one as in graphs of rondo: "
       "lines with key, job, target, start and plan"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) expect_bad_dump("own.dot", &bad[i]);
}

static void test_malformed(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"graph G {}", RONDO_INVALID_ARGUMENT,
       "g.dot:1: no graph begins here: a dispatch graph is what iree-compile --iree-flow-dump-dispatch-graph writes, `digraph G {`"},
      {"", RONDO_INVALID_ARGUMENT,
       "g.dot:1: no graph begins here: a dispatch graph is what iree-compile --iree-flow-dump-dispatch-graph writes, `digraph G {`"},
      {"digraph G", RONDO_INVALID_ARGUMENT, "g.dot:1: { is missing here"},
      {"digraph G {\n a [label = \"x", RONDO_INVALID_ARGUMENT, "g.dot:2: the text that begins here does not end: a \" is missing"},
      {"digraph G {\n a [label = ]", RONDO_INVALID_ARGUMENT, "g.dot:2: the value of an attribute is missing here"},
      {"digraph G {\n a [label b", RONDO_INVALID_ARGUMENT, "g.dot:2: ] is missing here"},
      {"digraph G {\n\n a -> ; }", RONDO_INVALID_ARGUMENT, "g.dot:3: an edge ends at no node"},
      {"digraph G {\n a -- b }", RONDO_UNIMPLEMENTED, "g.dot:2: an edge without direction: a dispatch graph has `->` alone"},
      {"digraph G {\n a:n -> b }", RONDO_UNIMPLEMENTED, "g.dot:2: a port of a node: the compiler writes none"},
      {"digraph G {\n a [label=<b>] }", RONDO_UNIMPLEMENTED, "g.dot:2: an HTML text: the compiler writes none"},
      {"digraph G {\n /* ", RONDO_INVALID_ARGUMENT, "g.dot:2: the comment that begins here does not end"},
      {"digraph G {\n * }", RONDO_INVALID_ARGUMENT, "g.dot:2: a character that means nothing here"},
      {"digraph G {\n ] }", RONDO_INVALID_ARGUMENT, "g.dot:2: here a node, an edge or a subgraph should begin"},
      {"digraph G {\n a;\n", RONDO_INVALID_ARGUMENT, "g.dot:3: the file ends inside the graph: a } is missing"},
      {"digraph G { }\n digraph H { }", RONDO_INVALID_ARGUMENT, "g.dot:2: something follows the graph: only one can be read"},
      {"digraph G {\n a [label=\"%0 = flow.tensor.splat\"]\n}", RONDO_INVALID_ARGUMENT, "g.dot:3: there is no dispatch: no label has ` = flow.dispatch`, as in graphs of the compiler; nor has each node one as in graphs of rondo: "
       "lines with key, job, target, start and plan"},
      {"digraph G {\n a [label=\"%0 = flow.dispatch[]\\n@x(%1)\"]\n}", RONDO_INVALID_ARGUMENT,
       "g.dot:2: the label of a dispatch does not name its kernel: @executable::@export is missing"},
      {"digraph G {\n a [label=\"%0 = flow.dispatch.workgroups\\n\"]\n}", RONDO_UNIMPLEMENTED,
       "g.dot:2: a dispatch that is not outlined yet has no kernel: dump the graph with iree-compile itself, which does so later"},
      {"digraph G {\n a [label=\" = flow.dispatch @x y::@z\"]\n}", RONDO_INVALID_ARGUMENT,
       "g.dot:2: the name of a kernel is empty, or has other bytes than printable ASCII"},
      {"digraph G {\n a [label=\" = flow.dispatch @x::@z\"]\n a -> b -> a }", RONDO_INVALID_ARGUMENT, "g.dot:2: this dispatch waits for itself"},
      {"digraph G {\n a [label=\" = flow.dispatch @x::@z\"]\n b [label=\" = flow.dispatch @y::@z\"]\n a -> b -> c -> a }", RONDO_INVALID_ARGUMENT,
       "g.dot: dispatches.x: waits for itself: x waits for y waits for x; remove a dependency, or make a time dependency soft"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) expect_bad_dump("g.dot", &bad[i]);
}

static void test_limits(void **state) {
  (void)state;
  char *text = calloc(1, 4000);
  assert_non_null(text);
  strcpy(text, "digraph G {\n");
  for (int i = 0; i < RDO_DOT_DEPTH_MAX; ++i) strcat(text, "{");
  const struct bad_text deep = {text, RONDO_OUT_OF_RANGE, "g.dot:2: subgraphs are nested more than 64 deep"};
  expect_bad_dump("g.dot", &deep);
  strcpy(text, "digraph G {\n a [label=\" = flow.dispatch @x::@");
  memset(text + strlen(text), 'k', 2000);
  strcat(text, "\"] }");
  const struct bad_text wide = {text, RONDO_OUT_OF_RANGE, "g.dot:2: the name of a kernel is longer than 900 bytes"};
  expect_bad_dump("g.dot", &wide);
  free(text);
}

// Other operations between dispatches may wait for each other in a circle: no dispatch does.
static void test_circle_of_other_operations(void **state) {
  (void)state;
  read_dump("g.dot", "digraph G { a [label=\" = flow.dispatch @x::@z\"] b [label=\" = flow.dispatch @y::@z\"] a -> c -> d -> c; d -> b }");
  expect_dump("x; y: x; ");
  end_dump();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_data_flows_over_other_operations), cmocka_unit_test(test_other_spellings),
      cmocka_unit_test(test_own_graph),
      cmocka_unit_test(test_own_graph_of_others),
      cmocka_unit_test(test_malformed_own),
      cmocka_unit_test(test_malformed),                        cmocka_unit_test(test_limits),
      cmocka_unit_test(test_circle_of_other_operations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
