// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The list of findings, and the public call that makes one.

#include "machine/check_impl.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "machine/machine.h"

struct rondo_findings {
  struct rondo_machine_finding items[RDO_CHECK_FINDINGS_MAX];
  int count;
  struct rdo_arena arena;
};

static enum rondo_status copy_text(struct rdo_arena *arena, const char *text, const char **out, struct rondo_diag *diag) {
  char *copy;
  size_t length = text != NULL ? strlen(text) : 0;
  RDO_TRY(rdo_arena_alloc(arena, length + 1, 1, &copy, diag));
  for (size_t i = 0; i < length; ++i) copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
  *out = copy;
  return RONDO_OK;
}

static enum rondo_status copy_finding(struct rondo_findings *findings, const struct rondo_machine_finding *finding, struct rondo_diag *diag) {
  if (findings->count >= RDO_CHECK_FINDINGS_MAX) return rdo_fail(diag, RONDO_INTERNAL, "more findings than RDO_CHECK_FINDINGS_MAX");
  struct rondo_machine_finding *copy = &findings->items[findings->count];
  copy->severity = finding->severity;
  RDO_TRY(copy_text(&findings->arena, finding->what, &copy->what, diag));
  RDO_TRY(copy_text(&findings->arena, finding->where, &copy->where, diag));
  RDO_TRY(copy_text(&findings->arena, finding->value, &copy->value, diag));
  RDO_TRY(copy_text(&findings->arena, finding->advice, &copy->advice, diag));
  ++findings->count;
  return RONDO_OK;
}

void rdo_check_add(struct rdo_check *check, const struct rondo_machine_finding *finding) {
  if (check->status == RONDO_OK) check->status = copy_finding(check->findings, finding, check->diag);
}

const char *rdo_check_find_line(const char *file, const char *name) {
  size_t length = strlen(name);
  for (const char *line = file; line != NULL;) {
    if (strncmp(line, name, length) == 0) {
      line += length;
      return line + strspn(line, ": \t");
    }
    line = strchr(line, '\n');
    if (line != NULL) ++line;
  }
  return NULL;
}

enum rondo_status rdo_check_machine(const struct rdo_topology *topology, const struct rdo_sys_root *root, const struct rdo_check_live *live,
                                    struct rondo_findings **out_findings, struct rondo_diag *diag) {
  static const struct rdo_check_live nothing;
  struct rondo_findings *findings;
  *out_findings = NULL;
  RDO_TRY(rdo_alloc(sizeof *findings, &findings, diag));
  struct rdo_check check = {.topology = topology, .root = root, .live = live != NULL ? live : &nothing, .findings = findings, .diag = diag};
  rdo_check_rights(&check);
  rdo_check_cpus(&check);
  rdo_check_load(&check);
  if (check.status == RONDO_OK) *out_findings = findings;
  else rondo_findings_release(&findings);
  return check.status;
}

enum rondo_status rondo_machine_check(const struct rondo_machine_options *options, struct rondo_findings **out_findings, struct rondo_diag *diag) {
  const char *path = options != NULL ? options->root : NULL;
  struct rondo_machine *machine;
  struct rdo_sys_root root;
  *out_findings = NULL;
  RDO_TRY(rondo_machine_read(options, &machine, diag));
  enum rondo_status status = rdo_sys_root_open(path, &root, diag);
  if (status == RONDO_OK) {
    status = rdo_check_machine(rdo_machine_topology(machine), &root, path == NULL ? &rdo_check_here : NULL, out_findings, diag);
    rdo_sys_root_close(&root);
  }
  rondo_machine_release(&machine);
  return status;
}

void rondo_findings_release(struct rondo_findings **findings) {
  if (findings == NULL || *findings == NULL) return;
  rdo_arena_deinit(&(*findings)->arena);
  rdo_free(*findings);
  *findings = NULL;
}

int rondo_findings_count(const struct rondo_findings *findings) { return findings->count; }

enum rondo_status rondo_findings_at(const struct rondo_findings *findings, int index, struct rondo_machine_finding *out_finding) {
  *out_finding = (struct rondo_machine_finding){0};
  if (index < 0 || index >= findings->count) return RONDO_OUT_OF_RANGE;
  *out_finding = findings->items[index];
  return RONDO_OK;
}
