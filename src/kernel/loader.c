// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The table of loaders.

#include "kernel/loader.h"

#include "base/cpu.h"

static const struct rdo_loader *const loaders[] = {
    &rdo_embedded_elf_loader,
    &rdo_system_elf_loader,
};

bool rdo_loader_format_is(struct rdo_bytes format, const char *prefix) {
  size_t length = strlen(prefix);
  if (format.size < length || memcmp(format.data, prefix, length) != 0) return false;
  return rdo_bytes_equal((struct rdo_bytes){format.data + length, format.size - length}, rdo_cpu_arch());
}

const struct rdo_loader *rdo_loader_find(struct rdo_bytes format) {
  for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; ++i) {
    if (loaders[i]->matches(format)) return loaders[i];
  }
  return NULL;
}
