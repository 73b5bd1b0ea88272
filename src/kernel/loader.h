// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A loader turns the bytes of one executable format into a library in memory. The table in loader.c
// is the only list of them.

#ifndef RDO_KERNEL_LOADER_H_
#define RDO_KERNEL_LOADER_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"
#include "kernel/library.h"

struct rdo_loader {
  const char *name;
  bool (*matches)(struct rdo_bytes format);
  // Checks `data` as load does, as far as that goes without running any of it.
  enum rondo_status (*verify)(struct rdo_bytes data, struct rondo_diag *diag);
  // Maps `data` and finds the query function. The image stays until unload.
  enum rondo_status (*load)(struct rdo_bytes data, void **out_image, rdo_library_query_fn *out_query,
                            struct rondo_diag *diag);
  void (*unload)(void *image);
};

// The loader for a format; NULL when none takes it.
const struct rdo_loader *rdo_loader_find(struct rdo_bytes format);

// Whether a format is `prefix` followed by this machine's architecture, for `matches`.
bool rdo_loader_format_is(struct rdo_bytes format, const char *prefix);

extern const struct rdo_loader rdo_embedded_elf_loader;  // own ELF loader, no libc involved
extern const struct rdo_loader rdo_system_elf_loader;    // dlopen through a memory file

#endif  // RDO_KERNEL_LOADER_H_
