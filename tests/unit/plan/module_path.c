// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/module_path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpu.h"

static char folder[64];

struct looks {
  char paths[64][RDO_MODULE_PATH_BYTES];
  int count;
};

static struct looks looks;

static void note(void *user, const char *path, bool is_there) {
  (void)user;
  (void)is_there;
  assert_true(looks.count < 64);
  snprintf(looks.paths[looks.count++], RDO_MODULE_PATH_BYTES, "%s", path);
}

static enum rondo_status find(const char *node_text, const char *root, const char *variant, char *out_path, struct rondo_diag *diag) {
  char text[4096], path[128];
  struct rdo_schedule schedule;
  snprintf(text, sizeof text, "{\"dispatches\": {\"a\": {\"hardware_target\": \"P\", \"duration\": 1, %s}}}", node_text);
  snprintf(path, sizeof path, "%s/s.json", folder);
  *diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_schedule_parse((struct rdo_bytes){(const uint8_t *)text, strlen(text)}, path, NULL, &schedule, diag), RONDO_OK);
  const struct rdo_module_path_rules rules = {.root = root, .look = note};
  looks.count = 0;
  enum rondo_status status = rdo_module_path_find(&rules, &schedule, &schedule.nodes[0], variant, out_path, diag);
  rdo_schedule_deinit(&schedule);
  return status;
}

static void touch(const char *path) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fclose(file);
}

// Folders outermost, and in each the four forms of the whole name and the short one.
static void test_candidates(void **state) {
  (void)state;
  static const char *const folders[] = {"/r/gen/vmfb/dronet/spacemit_x60/RVV/dronet.q.int8/benchmarks/vmfb", "/r/gen/vmfb/dronet/spacemit_x60/RVV/dronet.q.int8",
                                        "/r", folder};
  static const char *const names[] = {"module_%1$s_benchmark.vmfb", "module_%2$s_benchmark.vmfb", "%1$s_benchmark.vmfb", "%2$s_benchmark.vmfb",
                                      "module_%1$s.vmfb", "module_%2$s.vmfb", "%1$s.vmfb", "%2$s.vmfb"};
  static const char whole[] = "dronet$async_dispatch_3_embedded_elf_riscv_64_dronet$async_dispatch_3_conv_1x2", cut[] = "dronet$async_dispatch_3_embedded_elf_riscv_64";
  char path[RDO_MODULE_PATH_BYTES], node[256];
  struct rondo_diag diag;
  snprintf(node, sizeof node, "\"job_name\": \"mlp3\", \"module_name\": \"%s\"", whole);
  assert_int_equal(find(node, "/r", "RVV", path, &diag), RONDO_NOT_FOUND);
  assert_int_equal(looks.count, 32);
  for (int i = 0; i < 32; ++i) {
    char name[512], expected[1024];
    bool is_whole = strstr(names[i % 8], "%1") != NULL;
    const char *used = is_whole ? whole : cut, *percent = strchr(names[i % 8], '%');
    snprintf(name, sizeof name, "%.*s%s%s", (int)(percent - names[i % 8]), names[i % 8], used, percent + 4);
    snprintf(expected, sizeof expected, "%s/%s", folders[i / 8], name);
    assert_string_equal(looks.paths[i], expected);
  }
  assert_string_equal(path, looks.paths[0]);
  assert_non_null(strstr(diag.message, "dispatches.a"));
  assert_non_null(strstr(diag.message, looks.paths[0]));
}

// Without a marker there is one name; without a family it is the job's, and `mlp` of periodic ones.
static void test_families(void **state) {
  (void)state;
  char path[RDO_MODULE_PATH_BYTES];
  struct rondo_diag diag;
  assert_int_equal(find("\"job_name\": \"mlp12\", \"module_name\": \"kernel\"", "/r", "scalar", path, &diag), RONDO_NOT_FOUND);
  assert_int_equal(looks.count, 16);
  assert_string_equal(path, "/r/gen/vmfb/mlp/spacemit_x60/scalar/mlp.q.int8/benchmarks/vmfb/module_kernel_benchmark.vmfb");
  assert_int_equal(find("\"job_name\": \"mlpx\", \"module_name\": \"kernel\"", "/r", "scalar", path, &diag), RONDO_NOT_FOUND);
  assert_string_equal(path, "/r/gen/vmfb/mlpx/spacemit_x60/scalar/mlpx.q.int8/benchmarks/vmfb/module_kernel_benchmark.vmfb");
}

// Other processors' formats are cut likewise; a plan names kernels, whose modules are for this processor.
static void test_formats(void **state) {
  (void)state;
  char path[RDO_MODULE_PATH_BYTES], expected[RDO_MODULE_PATH_BYTES];
  struct rondo_diag diag;
  assert_int_equal(find("\"module_name\": \"net$async_dispatch_3_embedded_elf_x86_64_net$async_dispatch_3_conv\"", "/r", "v3", path, &diag), RONDO_NOT_FOUND);
  assert_string_equal(looks.paths[1], "/r/gen/vmfb/net/spacemit_x60/v3/net.q.int8/benchmarks/vmfb/module_net$async_dispatch_3_embedded_elf_x86_64_benchmark.vmfb");
  static const char *const names[][2] = {{"net$async_dispatch_12_conv_1x2", "net$async_dispatch_12"}, {"net_dispatch_0", "net_dispatch_0"}};
  for (int i = 0; i < 2; ++i) {
    char node[256];
    snprintf(node, sizeof node, "\"job_name\": \"camera0\", \"export\": \"%s\"", names[i][0]);
    assert_int_equal(find(node, "/r", "v3", path, &diag), RONDO_NOT_FOUND);
    assert_int_equal(looks.count, 32);
    snprintf(expected, sizeof expected, "/r/gen/vmfb/net/spacemit_x60/v3/net.q.int8/benchmarks/vmfb/module_%s_embedded_elf_%s_benchmark.vmfb", names[i][1], rdo_cpu_arch());
    assert_string_equal(looks.paths[1], expected);
  }
  assert_int_equal(find("\"job_name\": \"camera0\", \"export\": \"kernel\"", "/r", "v3", path, &diag), RONDO_NOT_FOUND);
  assert_string_equal(path, "/r/gen/vmfb/camera0/spacemit_x60/v3/camera0.q.int8/benchmarks/vmfb/module_kernel_benchmark.vmfb");
}

// A path wins, and nothing else is looked for.
static void test_paths(void **state) {
  (void)state;
  char path[RDO_MODULE_PATH_BYTES], file[128];
  struct rondo_diag diag;
  snprintf(file, sizeof file, "%s/k.vmfb", folder);
  assert_int_equal(find("\"module_name\": \"k\", \"vmfb_path\": \"k.vmfb\"", NULL, "RVV", path, &diag), RONDO_NOT_FOUND);
  touch(file);
  assert_int_equal(find("\"module_name\": \"other\", \"vmfb_path\": \"k.vmfb\"", NULL, "RVV", path, &diag), RONDO_OK);
  assert_string_equal(path, file);
  assert_int_equal(looks.count, 1);
  assert_int_equal(find("\"vmfb_path\": \"k.vmfb\"", "/r", "RVV", path, &diag), RONDO_NOT_FOUND);
  assert_string_equal(path, "/r/k.vmfb");
  assert_int_equal(find("\"vmfb_path\": \"/nowhere/k.vmfb\"", NULL, "RVV", path, &diag), RONDO_NOT_FOUND);
  assert_string_equal(path, "/nowhere/k.vmfb");
  assert_int_equal(find("\"module_name\": \"k\"", "/r", "RVV", path, &diag), RONDO_OK);
  assert_string_equal(path, file);
  assert_int_equal(find("\"id\": 1", NULL, "RVV", path, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "neither vmfb_path nor module_name nor export"));
  assert_int_equal(unlink(file), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_candidates), cmocka_unit_test(test_families), cmocka_unit_test(test_formats), cmocka_unit_test(test_paths)};
  snprintf(folder, sizeof folder, "/tmp/rondo_path_XXXXXX");
  if (mkdtemp(folder) == NULL) return 1;
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  return rmdir(folder) == 0 ? failed_count : 1;
}
