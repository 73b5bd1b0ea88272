// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The table of played nodes: one row for each node (dispatch) of each iteration, planned beside observed.
// The player fills it when a run is over, or reserves rows and appends while it lasts; the CSV reader
// (table_csv.h) fills it from a file; statistics, pictures and the checker read it.
//
// Nodes and targets are told once, then rows name them by index. Times are nanoseconds from the start of
// the row's iteration, t0.

#ifndef RDO_TRACE_TABLE_H_
#define RDO_TRACE_TABLE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/texts.h"

// A time, or a key, that is not known.
#define RDO_TABLE_UNKNOWN INT64_MIN
#define RDO_TABLE_NO_INDEX UINT32_MAX

// Times beyond are refused (31 years): no sum or difference of a few of them overflows.
#define RDO_TABLE_TIME_MAX_NS INT64_C(1000000000000000000)

// What became of a node. Only what was completed has a run time.
#define RDO_PLAYED_STATES(X) \
  X(COMPLETED, "completed")  \
  X(FAILED, "failed")        \
  X(CANCELLED, "cancelled")  \
  X(SKIPPED, "skipped")

// How the node came to its worker: it went on there with no hand-over; the worker spun, or slept, until it came.
#define RDO_PLAYED_WAKES(X) \
  X(UNKNOWN, "")            \
  X(DIRECT, "direct")       \
  X(SPIN, "spin")           \
  X(SLEEP, "sleep")

#define RDO_PLAYED_RELEASES(X) \
  X(UNKNOWN, "")             \
  X(IMMEDIATE, "immediate")  \
  X(LOCKED, "phase_locked")

#define RDO_PLAYED_TIME_MODES(X) \
  X(UNKNOWN, "")               \
  X(HARD, "hard")              \
  X(SOFT, "soft")

#define X(name, text) RDO_PLAYED_##name,
enum rdo_played_state { RDO_PLAYED_STATES(X) RDO_PLAYED_STATE_COUNT };
#undef X
#define X(name, text) RDO_PLAYED_WAKE_##name,
enum rdo_played_wake { RDO_PLAYED_WAKES(X) RDO_PLAYED_WAKE_COUNT };
#undef X
#define X(name, text) RDO_PLAYED_RELEASE_##name,
enum rdo_played_release { RDO_PLAYED_RELEASES(X) RDO_PLAYED_RELEASE_COUNT };
#undef X
#define X(name, text) RDO_PLAYED_TIME_##name,
enum rdo_played_time_mode { RDO_PLAYED_TIME_MODES(X) RDO_PLAYED_TIME_COUNT };
#undef X

// What a node is, as rdo_table_add_node takes it. Commas, quotes, bars and control characters in texts become '_': the
// CSV has no quoting.
struct rdo_node_facts {
  const char *key;
  int64_t id;
  int64_t ordinal;
  int64_t total;
  const char *job;
  const char *source;                // the job that this one is a call of, where somebody tells it; NULL or "" = not told
  const char *module;                // NULL = ""
  const char *const *dependencies;   // keys [dependency_count]
  size_t dependency_count;
  const char *time_dependency;       // key, NULL or "" = none
  enum rdo_played_release release;
  enum rdo_played_time_mode time_mode;
};

// A node as it is kept: texts by number.
struct rdo_table_node {
  uint32_t key;
  uint32_t job;
  uint32_t source;           // 0 = not told
  uint32_t module;
  uint32_t time_dependency;  // 0 = none
  int64_t id;
  int64_t ordinal;
  int64_t total;
  const uint32_t *dependencies;  // keys [dependency_count], in the arena
  uint32_t dependency_count;
  uint32_t same_key;  // the node before that has the same key: index + 1, 0 = none
  uint8_t release;    // enum rdo_played_release
  uint8_t time_mode;  // enum rdo_played_time_mode
};

struct rdo_table_row {
  int64_t iteration;            // 0 or more
  int64_t planned_start_ns;     // 0 or more
  int64_t planned_duration_ns;  // 0 or more
  int64_t ready_ns;             // last predecessor's end, or when it was released
  int64_t start_ns;             // the worker took it
  int64_t end_ns;               // it was done
  // These may be RDO_TABLE_UNKNOWN.
  int64_t t0_ns;                // the iteration's start, CLOCK_MONOTONIC
  int64_t release_ns;           // earliest start that the plan allowed
  int64_t deadline_ns;
  uint32_t node;                // index
  uint32_t target;              // index
  uint32_t file;                // number of a text: path of the executable; 0 = none
  int32_t worker;               // that began it; -1 = not known
  int32_t cpu;                  // where it began; -1 = not known
  int32_t worker_count;         // that took part; 0 = not known
  int32_t preemption_count;     // times its workers left it for something more urgent
  uint8_t state;                // enum rdo_played_state
  uint8_t wake;                 // enum rdo_played_wake
};

// The columns behind the 22, by index.
#define RDO_OWN_COLUMNS(X)                                             \
  X(T0, "t0_ns")                                                       \
  X(PLANNED_START, "planned_start_ns")                                 \
  X(PLANNED_DURATION, "planned_duration_ns")                           \
  X(RELEASE, "release_ns")                                             \
  X(READY, "ready_ns")                                                 \
  X(START, "start_ns")                                                 \
  X(END, "end_ns")                                                     \
  X(DEADLINE, "deadline_ns")                                           \
  X(WORKER, "worker")                                                  \
  X(CPU, "cpu")                                                        \
  X(WORKER_COUNT, "worker_count")                                      \
  X(PREEMPTION_COUNT, "preemption_count")                              \
  X(STATE, "state")                                                    \
  X(WAKE, "wake")                                                      \
  X(RELEASE_POLICY, "release_policy")                                  \
  X(TIME_MODE, "time_dep_mode")                                        \
  X(TIME_DEPENDENCY, "time_dependency")                                \
  X(DEPENDENCIES, "dependencies")                                      \
  X(SOURCE, "source")

#define X(name, text) RDO_OWN_##name,
enum rdo_own_column { RDO_OWN_COLUMNS(X) RDO_OWN_COLUMN_COUNT };
#undef X

// Limits that keep hostile files from costing more than their size.
enum { RDO_TABLE_EXTRA_COUNT_MAX = 64,
       RDO_TABLE_TARGET_COUNT_MAX = 1024,
       RDO_TABLE_WORKER_COUNT_MAX = 4096,
       RDO_TABLE_SAME_KEY_COUNT_MAX = 64 };  // nodes with one key

// A column behind the 22: one of ours, or one of somebody else, which is kept as text.
struct rdo_table_column {
  int own;        // enum rdo_own_column, -1 = somebody else's
  uint32_t name;  // text number, when it is somebody else's
};

// Zero-initialise, or rdo_table_init; end with rdo_table_deinit.
struct rdo_table {
  struct rdo_texts texts;
  struct rdo_arena arena;
  struct rdo_table_node *nodes;  // owned [node_count]
  size_t node_count;
  size_t node_capacity;
  uint32_t *targets;  // owned [target_count]: names
  size_t target_count;
  size_t target_capacity;
  struct rdo_table_row *rows;  // owned [row_count], in the order in which they were completed
  size_t row_count;
  size_t row_capacity;
  uint32_t *extras;  // owned [row_count * extra_count], texts
  size_t extra_count;
  size_t extra_capacity;
  uint32_t *node_of_key;  // owned [node_of_key_capacity]: by the key's number, node index + 1 or 0
  size_t node_of_key_capacity;
  struct rdo_table_column columns[RDO_OWN_COLUMN_COUNT + RDO_TABLE_EXTRA_COUNT_MAX];
  size_t column_count;
  bool has_dependencies;  // the nodes' predecessors are known, not only absent
};

// A table that is written with all columns of ours.
void rdo_table_init(struct rdo_table *out_table);
void rdo_table_deinit(struct rdo_table *table);

// Adds a node.
//   facts      borrowed        out_node  its index
//   returns    OK, INVALID_ARGUMENT (too many nodes with this key), RESOURCE_EXHAUSTED
enum rondo_status rdo_table_add_node(struct rdo_table *table, const struct rdo_node_facts *facts, uint32_t *out_node,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// The same with texts that are in the table already, and kept as they are; for the CSV reader.
//   node       copied, but its dependencies: they stay in the table's arena
enum rondo_status rdo_table_push_node(struct rdo_table *table, const struct rdo_table_node *node, uint32_t *out_node,
                                      struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_table_push_target(struct rdo_table *table, uint32_t name, uint32_t *out_target, struct rondo_diag *diag) RONDO_MUST_USE;

// Tells what was not known of a node (a table from a file of 22 columns): all but its name.
enum rondo_status rdo_table_describe_node(struct rdo_table *table, uint32_t node, const struct rdo_node_facts *facts,
                                          struct rondo_diag *diag) RONDO_MUST_USE;

// Finds a target by its name, or adds it.
//   returns    OK, INVALID_ARGUMENT (too many), RESOURCE_EXHAUSTED
enum rondo_status rdo_table_add_target(struct rdo_table *table, const char *name, uint32_t *out_target,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// The number of a text (an executable's path) for rows.
enum rondo_status rdo_table_add_text(struct rdo_table *table, const char *text, uint32_t *out_number,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// Makes room for `count` more rows; appending these does not allocate.
enum rondo_status rdo_table_reserve(struct rdo_table *table, size_t count, struct rondo_diag *diag) RONDO_MUST_USE;

// A row with nothing in it: times 0 or unknown, completed.
struct rdo_table_row rdo_table_row(void);

// Appends a row.
//   returns    OK, INVALID_ARGUMENT (an index or a time that cannot be: see the members), RESOURCE_EXHAUSTED
//   phase      rt when room was reserved
enum rondo_status rdo_table_append(struct rdo_table *table, const struct rdo_table_row *row, struct rondo_diag *diag) RONDO_MUST_USE;

// The node that a key names; the last one when there are several; RDO_TABLE_NO_INDEX when there is none.
uint32_t rdo_table_find_node(const struct rdo_table *table, uint32_t key);

static inline const char *rdo_table_text(const struct rdo_table *table, uint32_t number) { return rdo_texts_get(&table->texts, number); }

static inline const struct rdo_table_node *rdo_table_node_of(const struct rdo_table *table, const struct rdo_table_row *row) {
  return &table->nodes[row->node];
}

static inline const char *rdo_table_target_name(const struct rdo_table *table, uint32_t target) {
  return rdo_table_text(table, table->targets[target]);
}

// Whether files have this column of ours.
bool rdo_table_has_column(const struct rdo_table *table, enum rdo_own_column column);

// Whole microseconds, rounded half up: one rule for all times, so that what is equal or ordered stays so.
static inline int64_t rdo_table_us(int64_t time_ns) {
  int64_t shifted = time_ns + 500;
  return shifted / 1000 - (shifted % 1000 < 0);
}

extern const char *const rdo_own_column_names[RDO_OWN_COLUMN_COUNT];
extern const char *const rdo_played_state_names[RDO_PLAYED_STATE_COUNT];
extern const char *const rdo_played_wake_names[RDO_PLAYED_WAKE_COUNT];
extern const char *const rdo_played_release_names[RDO_PLAYED_RELEASE_COUNT];
extern const char *const rdo_played_time_mode_names[RDO_PLAYED_TIME_COUNT];

#endif  // RDO_TRACE_TABLE_H_
