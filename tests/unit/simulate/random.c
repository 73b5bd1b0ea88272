// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Random schedules under every policy. Beside the checks of the trace, everything that a table does not tell is counted again:
// how much of each lane and resource is taken at each moment, and that no node with all it needs waits while nobody else runs.

#include "generate.h"

struct change {
  int64_t at_ns;
  uint32_t pool;
  int32_t count;
};

// Gives come before takes at one moment.
static int compare_changes(const void *a, const void *b) {
  const struct change *x = a, *y = b;
  if (x->pool != y->pool) return x->pool < y->pool ? -1 : 1;
  if (x->at_ns != y->at_ns) return x->at_ns < y->at_ns ? -1 : 1;
  return (x->count > y->count) - (x->count < y->count);
}

static void add_changes(struct change *changes, size_t *count, const struct rdo_table_row *row, uint32_t pool, uint32_t amount) {
  int64_t t0_ns = row->t0_ns;
  if (row->start_ns == row->end_ns) return;
  changes[(*count)++] = (struct change){t0_ns + row->start_ns, pool, (int32_t)amount};
  changes[(*count)++] = (struct change){t0_ns + row->end_ns, pool, -(int32_t)amount};
}

// The model's node of a row: tables and models tell nodes in the same order here.
static void check_capacity(const struct simulated *s) {
  const struct rdo_table *table = &s->table->table;
  const struct rdo_sim_model *model = &s->model;
  struct change *changes = calloc(table->row_count * 8, sizeof *changes);
  size_t count = 0;
  int64_t taken = 0;
  assert_non_null(changes);
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    const struct rdo_sim_node *node = &model->nodes[row->node];
    assert_true(row->worker_count >= 1 && (uint32_t)row->worker_count <= model->lanes[row->target].worker_count);
    assert_true((uint32_t)row->worker >= model->lanes[row->target].worker_begin);
    assert_true((uint32_t)row->worker < model->lanes[row->target].worker_begin + model->lanes[row->target].worker_count);
    add_changes(changes, &count, row, row->target, (uint32_t)row->worker_count);
    for (uint32_t k = 0; k < node->claim_count; ++k) {
      const struct rdo_sim_claim *claim = &model->claims[node->claim_begin + k];
      add_changes(changes, &count, row, claim->pool, claim->count);
    }
  }
  qsort(changes, count, sizeof *changes, compare_changes);
  for (size_t i = 0; i < count; ++i) {
    if (i == 0 || changes[i].pool != changes[i - 1].pool) taken = 0;
    taken += changes[i].count;
    uint32_t pool = changes[i].pool;
    assert_true(taken >= 0 && taken <= (pool < model->lane_count ? model->lanes[pool].worker_count : model->resource_capacities[pool - model->lane_count]));
  }
  free(changes);
}

// Where the order is kept, starts on a lane are in the plan's order.
static void check_order(const struct simulated *s) {
  const struct rdo_sim_model *model = &s->model;
  int64_t *starts_ns = calloc(model->node_count, sizeof *starts_ns);
  assert_non_null(starts_ns);
  for (uint64_t iteration = 0; iteration < s->options.iteration_count; ++iteration) {
    for (size_t i = 0; i < s->table->table.row_count; ++i) {
      const struct rdo_table_row *row = &s->table->table.rows[i];
      if ((uint64_t)row->iteration != iteration) continue;
      starts_ns[row->node] = row->start_ns;
      assert_true(row->start_ns >= row->planned_start_ns);
      assert_int_equal(row->target, model->nodes[row->node].lane);
    }
    for (uint32_t i = 0; i < model->lane_count; ++i) {
      for (uint32_t k = 1; k < model->lanes[i].order_count; ++k) {
        const uint32_t *order = model->lane_orders + model->lanes[i].order_begin;
        assert_true(starts_ns[order[k - 1]] <= starts_ns[order[k]]);
      }
    }
  }
  free(starts_ns);
}

static struct shape random_shape(void) {
  struct shape shape = {.lanes = 1 + below(6), .workers_max = 1 + below(4), .resources = below(4), .nodes = 2 + below(60), .edges_max = below(4)};
  shape.jobs = 1 + below(shape.nodes < 8 ? shape.nodes : 8);
  shape.duration_ns_max = below(2) == 0 ? 4 : 100000;  // with few values, many things happen at once
  shape.has_extras = below(2) == 0;
  shape.transitions = below(shape.lanes + 1);
  return shape;
}

static void test_random(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    random_state = seed * 77 + 1;
    const struct shape shape = random_shape();
    for (const struct rdo_policy *const *policy = rdo_policy_list(); *policy != NULL; ++policy) {
      struct rdo_machine_file machine;
      struct simulated s;
      memset(&s, 0, sizeof s);
      random_state = seed * 77 + 2;
      make_machine(&machine, &shape);
      make_schedule(&s.schedule, &shape);
      s.schedule.period_ns = below(2) == 0 ? 0 : 1 + below(500000);
      s.schedule.nodes[0].duration_ns = 5;  // one at least has one
      s.options = (struct rdo_sim_options){.policy = *policy,
                                           .policy_options = {.late_ns = below(2) == 0 ? 0 : 1 + below(1000)},
                                           .noise = {.seed = seed, .spread = below(2) == 0 ? 0 : 0.4, .stall_probability = 0.1, .stall_ns = 1000},
                                           .interference = 0.2,
                                           .iteration_count = 3};
      run_schedule(&s, &machine, seed);
      check_capacity(&s);
      if ((*policy)->keeps_order) check_order(&s);
      end_simulated(&s);
      rdo_machine_file_deinit(&machine);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
