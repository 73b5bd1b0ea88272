// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/numa.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/numa_impl.h"
#include "machine/sys_file.h"

// Of <linux/mempolicy.h>.
enum { POLICY_PREFERRED = 1,
       MOVE_PAGES = 1 << 1,
       ASK_NODE = 1 << 0,
       ASK_ADDRESS = 1 << 1 };

enum { NODES_MAX = 1024 };  // what kernels are built with at most

enum rondo_status rdo_numa_prefer(void *address, size_t bytes, int node, struct rondo_diag *diag) {
  uint64_t nodes[NODES_MAX / 64] = {0};
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t begin = ((uintptr_t)address + page - 1) & ~(page - 1);
  uintptr_t end = ((uintptr_t)address + bytes) & ~(page - 1);
  if (begin >= end) return RONDO_OK;
  nodes[node / 64] = UINT64_C(1) << (node % 64);
  if (syscall(SYS_mbind, begin, end - begin, POLICY_PREFERRED, nodes, NODES_MAX + 1, MOVE_PAGES) == 0) return RONDO_OK;
  enum rondo_status status = errno == EFAULT ? RONDO_INVALID_ARGUMENT : errno == EPERM ? RONDO_PERMISSION_DENIED
                                                                                       : RONDO_UNAVAILABLE;
  return rdo_fail(diag, status, "cannot place %zu bytes of memory on NUMA node %d (mbind: %s)", bytes, node, strerror(errno));
}

enum rondo_status rdo_numa_check(const char *root_path, int node, bool *out_is_only, struct rondo_diag *diag) {
  struct rdo_sys_root root;
  struct rdo_cpu_set nodes;
  uint64_t beyond = 0;
  RDO_TRY(rdo_sys_root_open(root_path, &root, diag));
  bool is_known = rdo_sys_read_list(&root, &nodes, &beyond, "sys/devices/system/node/online");
  rdo_sys_root_close(&root);
  if (!is_known || rdo_cpu_set_is_empty(&nodes)) nodes = rdo_cpu_set_one(0);
  *out_is_only = rdo_cpu_set_count(&nodes) == 1 && beyond == 0;
  bool may_be_beyond = beyond != 0 && node >= RDO_CPU_SET_BITS && node < NODES_MAX;  // the kernel will say
  if (rdo_cpu_set_contains(&nodes, node) || may_be_beyond) return RONDO_OK;
  char text[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(&nodes, text, sizeof text);
  return rdo_fail(diag, RONDO_NOT_FOUND, "this machine has no NUMA node %d; it has %.400s", node, text);
}

enum rondo_status rdo_machine_bind_memory(void *address, size_t bytes, int node, struct rondo_diag *diag) {
  bool is_only = false;
  RDO_TRY(rdo_numa_check(NULL, node, &is_only, diag));
  return is_only ? RONDO_OK : rdo_numa_prefer(address, bytes, node, diag);
}

enum rondo_status rdo_machine_try_memory(int node, struct rondo_diag *diag) {
  size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
  void *page = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no page of memory to try");
  enum rondo_status status = rdo_numa_prefer(page, bytes, node, diag);
  munmap(page, bytes);
  return status;
}

int rdo_machine_memory_node(const void *address) {
  int node = -1;
  if (syscall(SYS_get_mempolicy, &node, NULL, 0, address, ASK_NODE | ASK_ADDRESS) != 0) return -1;
  return node;
}
