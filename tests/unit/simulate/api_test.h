// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files for tests of the public calls, in a folder of their own.

#ifndef RDO_TEST_API_TEST_H_
#define RDO_TEST_API_TEST_H_

#include <unistd.h>

#include "rondo/simulate.h"
#include "simulate_test.h"

static char test_folder[64];
static char text[1 << 20];

static inline int enter_folder(void **state) {
  (void)state;
  strcpy(test_folder, "/tmp/rondo-simulate-XXXXXX");
  return mkdtemp(test_folder) != NULL ? chdir(test_folder) : -1;
}

static inline int leave_folder(void **state) {
  (void)state;
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", test_folder);
  return chdir("/") != 0 || system(command) != 0;
}

static inline void write_text(const char *path, const char *contents) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(contents, 1, strlen(contents), file), strlen(contents));
  assert_int_equal(fclose(file), 0);
}

static inline bool can_read(void) {
  struct rondo_simulation *simulation;
  struct rondo_diag diag = {0};
  write_text("probe.json", "{\"dispatches\": {\"a\": {\"duration\": 1}}}");
  enum rondo_status status = rondo_simulation_run("probe.json", NULL, &simulation, &diag);
  rondo_simulation_release(&simulation);
  if (status == RONDO_UNIMPLEMENTED) print_message("built without a JSON library\n");
  else assert_ok(status, &diag);
  return status == RONDO_OK;
}

static inline void write_specs(const char *path, const struct spec *specs, size_t count, const char *more) {
  write_text(path, write_schedule(text, sizeof text, specs, count, more));
}

#endif  // RDO_TEST_API_TEST_H_
