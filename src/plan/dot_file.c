// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/dot_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/dispatch_dump.h"
#include "plan/dot_plan.h"
#include "plan/name_map.h"

enum token_kind { TOKEN_END,
                  TOKEN_NAME,
                  TOKEN_PUNCTUATION,
                  TOKEN_ARROW };

struct token {
  enum token_kind kind;
  char punctuation;
  const char *text;  // of a name: without quotes, escapes resolved; in the reader's arena
  uint32_t line;
};

// A node of the file. It is there from the first time that something names it.
struct dot_node {
  bool is_dispatch;
  struct rdo_bytes executable, export_name;
  const char *name, *label;             // NULL = none
  uint32_t line;
  uint32_t site;                        // of a dispatch: its number among them
  uint32_t before_begin, before_count;  // of befores[]: nodes that it has an edge from
};

struct dot_edge {
  uint32_t from, to;
  bool is_time, is_inferred;  // of our own graphs
};

struct dot_reader {
  const uint8_t *at, *end;
  uint32_t line;
  const char *path;
  struct token token;  // the next one
  struct rdo_name_map names;
  struct dot_node *nodes;
  size_t node_count, node_capacity;
  struct dot_edge *edges;
  size_t edge_count, edge_capacity;
  uint32_t *befores;
  struct rdo_dump_site *sites;
  uint32_t site_count;
  uint32_t *predecessors;  // sites
  size_t predecessor_count, predecessor_capacity;
  struct rdo_arena arena;
  struct rondo_diag *diag;
};

static enum rondo_status fail_at(struct dot_reader *reader, uint32_t line, enum rondo_status status, const char *reason) {
  return rdo_fail(reader->diag, status, "%s:%u: %s", reader->path, (unsigned)line, reason);
}

// Tokens ---------------------------------------------------------------------------------------------------

static bool is_name_byte(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c >= 0x80;
}

static enum rondo_status skip_block_comment(struct dot_reader *reader) {
  uint32_t line = reader->line;
  for (reader->at += 2; reader->end - reader->at >= 2; ++reader->at) {
    if (reader->at[0] == '*' && reader->at[1] == '/') {
      reader->at += 2;
      return RONDO_OK;
    }
    if (*reader->at == '\n') ++reader->line;
  }
  return fail_at(reader, line, RONDO_INVALID_ARGUMENT, "the comment that begins here does not end");
}

static enum rondo_status skip_space(struct dot_reader *reader) {
  while (reader->at < reader->end) {
    uint8_t c = *reader->at;
    bool is_pair = reader->end - reader->at >= 2 && c == '/';
    if (c == '#' || (is_pair && reader->at[1] == '/')) {
      while (reader->at < reader->end && *reader->at != '\n') ++reader->at;
    } else if (is_pair && reader->at[1] == '*') {
      RDO_TRY(skip_block_comment(reader));
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (c == '\n') ++reader->line;
      ++reader->at;
    } else {
      break;
    }
  }
  return RONDO_OK;
}

static enum rondo_status read_quoted(struct dot_reader *reader) {
  const uint8_t *begin = ++reader->at;
  uint32_t line = reader->line;
  while (reader->at < reader->end && *reader->at != '"') {
    if (*reader->at == '\n') ++reader->line;
    reader->at += *reader->at == '\\' && reader->end - reader->at >= 2 ? 2 : 1;
  }
  if (reader->at >= reader->end) return fail_at(reader, line, RONDO_INVALID_ARGUMENT, "the text that begins here does not end: a \" is missing");
  char *text;
  size_t length = 0;
  RDO_TRY(rdo_arena_alloc(&reader->arena, (size_t)(reader->at - begin) + 1, 1, &text, reader->diag));
  for (const uint8_t *c = begin; c < reader->at; ++c) {
    if (*c == 0) return fail_at(reader, line, RONDO_INVALID_ARGUMENT, "a NUL byte stands in a text");
    bool is_escape = *c == '\\' && c + 1 < reader->at;
    if (is_escape) ++c;
    text[length++] = is_escape && (*c == 'n' || *c == 'l' || *c == 'r') ? '\n' : (char)*c;
  }
  ++reader->at;
  reader->token = (struct token){.kind = TOKEN_NAME, .text = text, .line = line};
  return RONDO_OK;
}

static enum rondo_status read_bare(struct dot_reader *reader) {
  const uint8_t *begin = reader->at++;
  while (reader->at < reader->end && is_name_byte(*reader->at)) ++reader->at;
  char *text;
  RDO_TRY(rdo_arena_alloc(&reader->arena, (size_t)(reader->at - begin) + 1, 1, &text, reader->diag));
  memcpy(text, begin, (size_t)(reader->at - begin));
  reader->token = (struct token){.kind = TOKEN_NAME, .text = text, .line = reader->line};
  return RONDO_OK;
}

static enum rondo_status advance(struct dot_reader *reader) {
  RDO_TRY(skip_space(reader));
  reader->token = (struct token){.kind = TOKEN_END, .line = reader->line};
  if (reader->at >= reader->end) return RONDO_OK;
  uint8_t c = *reader->at;
  uint8_t next = reader->end - reader->at >= 2 ? reader->at[1] : 0;
  if (c == '"') return read_quoted(reader);
  if (c == '-' && next == '>') {
    reader->at += 2;
    reader->token.kind = TOKEN_ARROW;
    return RONDO_OK;
  }
  if (c == '-' && next == '-') return fail_at(reader, reader->line, RONDO_UNIMPLEMENTED, "an edge without direction: a dispatch graph has `->` alone");
  if (is_name_byte(c) || c == '-') return read_bare(reader);
  if (c == '<') return fail_at(reader, reader->line, RONDO_UNIMPLEMENTED, "an HTML text: the compiler writes none");
  if (c == 0 || strchr("{}[]=;,:", c) == NULL) return fail_at(reader, reader->line, RONDO_INVALID_ARGUMENT, "a character that means nothing here");
  ++reader->at;
  reader->token = (struct token){.kind = TOKEN_PUNCTUATION, .punctuation = (char)c, .line = reader->line};
  return RONDO_OK;
}

static bool is_at(const struct dot_reader *reader, char punctuation) {
  return reader->token.kind == TOKEN_PUNCTUATION && reader->token.punctuation == punctuation;
}

static bool is_word(const struct dot_reader *reader, const char *word) {
  return reader->token.kind == TOKEN_NAME && strcmp(reader->token.text, word) == 0;
}

static enum rondo_status expect(struct dot_reader *reader, char punctuation) {
  static const char *const missing[] = {"{ is missing here", "] is missing here", "= is missing here"};
  if (is_at(reader, punctuation)) return advance(reader);
  return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, missing[punctuation == '{' ? 0 : punctuation == ']' ? 1
                                                                                                                         : 2]);
}

// Labels ---------------------------------------------------------------------------------------------------

// "%1 = flow.dispatch[]\n@mlp$async_dispatch_0::@mlp$async_dispatch_0_matmul(%0)": what is called.
static enum rondo_status read_label(struct dot_reader *reader, struct dot_node *node, const char *label, uint32_t line) {
  static const char operation[] = " = flow.dispatch";
  const char *at = strstr(label, operation), *line_end = strchr(label, '\n');
  if (at == NULL || (line_end != NULL && line_end < at)) return RONDO_OK;
  at += strlen(operation);
  if (*at != '[' && *at != '\n' && *at != ' ') {
    return fail_at(reader, line, RONDO_UNIMPLEMENTED, "a dispatch that is not outlined yet has no kernel: dump the graph with iree-compile itself, which does so later");
  }
  const char *executable = strchr(at, '@'), *separator = executable != NULL ? strstr(executable, "::@") : NULL;
  if (separator == NULL || separator == executable + 1 || strcspn(separator + 3, "({\n, ") == 0) {
    return fail_at(reader, line, RONDO_INVALID_ARGUMENT, "the label of a dispatch does not name its kernel: @executable::@export is missing");
  }
  node->is_dispatch = true;
  node->line = line;
  node->executable = (struct rdo_bytes){(const uint8_t *)executable + 1, (uint64_t)(separator - executable - 1)};
  node->export_name = (struct rdo_bytes){(const uint8_t *)separator + 3, strcspn(separator + 3, "(}\n, ")};
  return RONDO_OK;
}

// Statements -----------------------------------------------------------------------------------------------

static enum rondo_status find_node(struct dot_reader *reader, const char *name, uint32_t line, uint32_t *out_node) {
  *out_node = rdo_name_map_find(&reader->names, name);
  if (*out_node != RDO_NAME_NONE) return RONDO_OK;
  if (reader->node_count == RDO_DOT_NODES_MAX) return fail_at(reader, line, RONDO_OUT_OF_RANGE, "there are more than 1048576 nodes");
  RDO_TRY(rdo_grow_array(reader->node_count + 1, sizeof *reader->nodes, &reader->node_capacity, &reader->nodes, reader->diag));
  *out_node = (uint32_t)reader->node_count;
  reader->nodes[reader->node_count++] = (struct dot_node){.name = name, .line = line};
  return rdo_name_map_add(&reader->names, name, *out_node, reader->diag);
}

static enum rondo_status add_edge(struct dot_reader *reader, uint32_t from, uint32_t to) {
  if (reader->edge_count == RDO_DOT_EDGES_MAX) return fail_at(reader, reader->token.line, RONDO_OUT_OF_RANGE, "there are more than 4194304 edges");
  RDO_TRY(rdo_grow_array(reader->edge_count + 1, sizeof *reader->edges, &reader->edge_capacity, &reader->edges, reader->diag));
  reader->edges[reader->edge_count++] = (struct dot_edge){.from = from, .to = to};
  return RONDO_OK;
}

// What attributes say of a node, or of the edges of a statement, which are those from first_edge on.
//   node  RDO_NAME_NONE = none
static enum rondo_status take_attribute(struct dot_reader *reader, uint32_t node, size_t first_edge, const char *name) {
  const char *value = reader->token.text;
  bool is_label = strcmp(name, "label") == 0;
  if (is_label && node != RDO_NAME_NONE) {
    reader->nodes[node].label = value;
    return read_label(reader, &reader->nodes[node], value, reader->token.line);
  }
  for (size_t i = first_edge; i < reader->edge_count; ++i) {
    if (is_label) reader->edges[i].is_time = strcmp(value, "time") == 0;
    else if (strcmp(name, "style") == 0) reader->edges[i].is_inferred = strcmp(value, "dotted") == 0;
  }
  return RONDO_OK;
}

// [a = b, c = d; e] any number of times.
static enum rondo_status read_attributes(struct dot_reader *reader, uint32_t node, size_t first_edge) {
  while (is_at(reader, '[')) {
    RDO_TRY(advance(reader));
    while (reader->token.kind == TOKEN_NAME) {
      const char *name = reader->token.text;
      RDO_TRY(advance(reader));
      if (is_at(reader, '=')) {
        RDO_TRY(advance(reader));
        if (reader->token.kind != TOKEN_NAME) return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, "the value of an attribute is missing here");
        RDO_TRY(take_attribute(reader, node, first_edge, name));
        RDO_TRY(advance(reader));
      }
      if (is_at(reader, ',') || is_at(reader, ';')) RDO_TRY(advance(reader));
    }
    RDO_TRY(expect(reader, ']'));
  }
  return RONDO_OK;
}

// NAME [..], NAME = VALUE, or NAME -> NAME -> NAME [..]
static enum rondo_status read_named(struct dot_reader *reader) {
  struct token first = reader->token;
  uint32_t from, to;
  size_t first_edge = reader->edge_count;
  RDO_TRY(advance(reader));
  if (is_at(reader, '=')) {
    RDO_TRY(advance(reader));
    if (reader->token.kind != TOKEN_NAME) return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, "the value of an attribute is missing here");
    return advance(reader);
  }
  if (is_at(reader, ':')) return fail_at(reader, first.line, RONDO_UNIMPLEMENTED, "a port of a node: the compiler writes none");
  RDO_TRY(find_node(reader, first.text, first.line, &from));
  if (reader->token.kind != TOKEN_ARROW) return read_attributes(reader, from, first_edge);
  while (reader->token.kind == TOKEN_ARROW) {
    RDO_TRY(advance(reader));
    if (reader->token.kind != TOKEN_NAME || is_word(reader, "subgraph")) {
      return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, "an edge ends at no node");
    }
    RDO_TRY(find_node(reader, reader->token.text, reader->token.line, &to));
    RDO_TRY(add_edge(reader, from, to));
    RDO_TRY(advance(reader));
    if (is_at(reader, ':')) return fail_at(reader, reader->token.line, RONDO_UNIMPLEMENTED, "a port of a node: the compiler writes none");
    from = to;
  }
  return read_attributes(reader, RDO_NAME_NONE, first_edge);
}

static enum rondo_status read_statements(struct dot_reader *reader) {
  uint32_t depth = 1;
  while (depth > 0) {
    if (reader->token.kind == TOKEN_END) return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, "the file ends inside the graph: a } is missing");
    if (is_at(reader, ';')) {
      RDO_TRY(advance(reader));
    } else if (is_at(reader, '}')) {
      --depth;
      RDO_TRY(advance(reader));
      if (reader->token.kind == TOKEN_ARROW) return fail_at(reader, reader->token.line, RONDO_UNIMPLEMENTED, "an edge from a subgraph: the compiler writes none");
    } else if (is_at(reader, '{') || is_word(reader, "subgraph")) {
      if (is_word(reader, "subgraph")) {
        RDO_TRY(advance(reader));
        if (reader->token.kind == TOKEN_NAME) RDO_TRY(advance(reader));
      }
      if (++depth > RDO_DOT_DEPTH_MAX) return fail_at(reader, reader->token.line, RONDO_OUT_OF_RANGE, "subgraphs are nested more than 64 deep");
      RDO_TRY(expect(reader, '{'));
    } else if (is_word(reader, "graph") || is_word(reader, "node") || is_word(reader, "edge")) {
      RDO_TRY(advance(reader));
      RDO_TRY(read_attributes(reader, RDO_NAME_NONE, reader->edge_count));
    } else if (reader->token.kind == TOKEN_NAME) {
      RDO_TRY(read_named(reader));
    } else {
      return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, "here a node, an edge or a subgraph should begin");
    }
  }
  return RONDO_OK;
}

static enum rondo_status read_graph(struct dot_reader *reader) {
  RDO_TRY(advance(reader));
  if (is_word(reader, "strict")) RDO_TRY(advance(reader));
  if (!is_word(reader, "digraph")) {
    return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT,
                   "no graph begins here: a dispatch graph is what iree-compile --iree-flow-dump-dispatch-graph writes, `digraph G {`");
  }
  RDO_TRY(advance(reader));
  if (reader->token.kind == TOKEN_NAME) RDO_TRY(advance(reader));
  RDO_TRY(expect(reader, '{'));
  RDO_TRY(read_statements(reader));
  if (reader->token.kind == TOKEN_END) return RONDO_OK;
  return fail_at(reader, reader->token.line, RONDO_INVALID_ARGUMENT, "something follows the graph: only one can be read");
}

// From operations to dispatches -------------------------------------------------------------------------------

// Edges by the node that they lead to, in the order of the file.
static enum rondo_status group_edges(struct dot_reader *reader) {
  RDO_TRY(rdo_arena_alloc(&reader->arena, reader->edge_count, sizeof *reader->befores, &reader->befores, reader->diag));
  for (size_t i = 0; i < reader->edge_count; ++i) ++reader->nodes[reader->edges[i].to].before_count;
  uint32_t next = 0;
  for (size_t i = 0; i < reader->node_count; ++i) {
    reader->nodes[i].before_begin = next;
    next += reader->nodes[i].before_count;
    reader->nodes[i].before_count = 0;
  }
  for (size_t i = 0; i < reader->edge_count; ++i) {
    struct dot_node *to = &reader->nodes[reader->edges[i].to];
    reader->befores[to->before_begin + to->before_count++] = reader->edges[i].from;
  }
  return RONDO_OK;
}

struct walk {
  uint32_t *seen_by;  // [node_count] number of the walk that met a node last
  uint32_t *stack;    // [node_count]
  uint64_t step_count;
};

static enum rondo_status add_predecessor(struct dot_reader *reader, uint32_t site) {
  if (reader->predecessor_count == RDO_SCHEDULE_EDGES_MAX) {
    return fail_at(reader, reader->line, RONDO_OUT_OF_RANGE, "dispatches have more than 16777216 dependencies");
  }
  RDO_TRY(rdo_grow_array(reader->predecessor_count + 1, sizeof *reader->predecessors, &reader->predecessor_capacity, &reader->predecessors, reader->diag));
  reader->predecessors[reader->predecessor_count++] = site;
  return RONDO_OK;
}

// From a dispatch back to those before it, over all that is none.
static enum rondo_status walk_back(struct dot_reader *reader, struct walk *walk, uint32_t start) {
  uint32_t depth = 0, mark = reader->nodes[start].site + 1;
  walk->stack[depth++] = start;
  while (depth > 0) {
    const struct dot_node *node = &reader->nodes[walk->stack[--depth]];
    for (uint32_t k = 0; k < node->before_count; ++k) {
      uint32_t before = reader->befores[node->before_begin + k];
      if (++walk->step_count > RDO_DOT_STEPS_MAX) return fail_at(reader, reader->nodes[start].line, RONDO_OUT_OF_RANGE, "too many paths lead to the dispatches up to here");
      if (before == start) return fail_at(reader, reader->nodes[start].line, RONDO_INVALID_ARGUMENT, "this dispatch waits for itself");
      if (walk->seen_by[before] == mark) continue;
      walk->seen_by[before] = mark;
      if (reader->nodes[before].is_dispatch) RDO_TRY(add_predecessor(reader, reader->nodes[before].site));
      else walk->stack[depth++] = before;
    }
  }
  return RONDO_OK;
}

static int compare_sites(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

static enum rondo_status collect_dispatches(struct dot_reader *reader) {
  struct walk walk = {0};
  for (size_t i = 0; i < reader->node_count; ++i) {
    if (reader->nodes[i].is_dispatch) reader->nodes[i].site = reader->site_count++;
  }
  if (reader->site_count == 0) {
    return fail_at(reader, reader->line, RONDO_INVALID_ARGUMENT,
                   "there is no dispatch: no label has ` = flow.dispatch`, as in graphs of the compiler; nor has each node one as in graphs of rondo: "
                   "lines with key, job, target, start and plan");
  }
  RDO_TRY(group_edges(reader));
  RDO_TRY(rdo_arena_alloc(&reader->arena, reader->site_count, sizeof *reader->sites, &reader->sites, reader->diag));
  RDO_TRY(rdo_arena_alloc(&reader->arena, reader->node_count, sizeof *walk.seen_by, &walk.seen_by, reader->diag));
  RDO_TRY(rdo_arena_alloc(&reader->arena, reader->node_count, sizeof *walk.stack, &walk.stack, reader->diag));
  for (size_t i = 0; i < reader->node_count; ++i) {
    const struct dot_node *node = &reader->nodes[i];
    if (!node->is_dispatch) continue;
    struct rdo_dump_site *site = &reader->sites[node->site];
    *site = (struct rdo_dump_site){.executable = node->executable, .export_name = node->export_name, .line = node->line, .recording = -1, .command = -1, .predecessor_begin = (uint32_t)reader->predecessor_count};
    RDO_TRY(walk_back(reader, &walk, (uint32_t)i));
    site->predecessor_count = (uint32_t)reader->predecessor_count - site->predecessor_begin;
    if (site->predecessor_count > 1) {
      qsort(reader->predecessors + site->predecessor_begin, site->predecessor_count, sizeof *reader->predecessors, compare_sites);
    }
  }
  return RONDO_OK;
}

// Graphs of our own --------------------------------------------------------------------------------------------

static bool is_own(const struct dot_reader *reader) {
  bool is_own = reader->node_count > 0;
  for (size_t i = 0; i < reader->node_count && is_own; ++i) is_own = reader->nodes[i].label != NULL && rdo_dot_plan_is_label(reader->nodes[i].label);
  return is_own;
}

static enum rondo_status fill_own(struct dot_reader *reader, const struct rdo_schedule_options *options, struct rdo_schedule *schedule) {
  struct rdo_dot_plan_node *nodes;
  struct rdo_dot_plan_edge *edges;
  uint32_t next = 0;
  RDO_TRY(rdo_arena_alloc(&reader->arena, reader->node_count, sizeof *nodes, &nodes, reader->diag));
  RDO_TRY(rdo_arena_alloc(&reader->arena, reader->edge_count, sizeof *edges, &edges, reader->diag));
  for (size_t i = 0; i < reader->edge_count; ++i) ++nodes[reader->edges[i].to].edge_count;
  for (size_t i = 0; i < reader->node_count; ++i) {
    const struct dot_node *node = &reader->nodes[i];
    uint32_t count = nodes[i].edge_count;
    nodes[i] = (struct rdo_dot_plan_node){.key = node->name, .label = node->label, .line = node->line, .edge_begin = next};
    next += count;
  }
  for (size_t i = 0; i < reader->edge_count; ++i) {
    const struct dot_edge *edge = &reader->edges[i];
    struct rdo_dot_plan_node *to = &nodes[edge->to];
    edges[to->edge_begin + to->edge_count++] = (struct rdo_dot_plan_edge){edge->from, edge->is_time, edge->is_inferred};
  }
  return rdo_dot_plan_fill(nodes, (uint32_t)reader->node_count, edges, options, schedule, reader->diag);
}

static enum rondo_status fill_compilers(struct dot_reader *reader, const struct rdo_schedule_options *options, struct rdo_schedule *schedule) {
  RDO_TRY(collect_dispatches(reader));
  return rdo_dump_fill_schedule(reader->sites, reader->site_count, reader->predecessors, options, schedule, reader->diag);
}

enum rondo_status rdo_dot_parse(struct rdo_bytes text, const struct rdo_schedule_options *options, struct rdo_schedule *schedule,
                                struct rondo_diag *diag) {
  struct dot_reader reader = {.at = text.data, .end = text.data + text.size, .line = 1, .path = schedule->path, .diag = diag};
  enum rondo_status status = read_graph(&reader);
  if (status == RONDO_OK) status = is_own(&reader) ? fill_own(&reader, options, schedule) : fill_compilers(&reader, options, schedule);
  rdo_name_map_deinit(&reader.names);
  rdo_free(reader.nodes);
  rdo_free(reader.edges);
  rdo_free(reader.predecessors);
  rdo_arena_deinit(&reader.arena);
  return status;
}
