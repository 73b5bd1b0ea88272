// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The loader of `system-elf-<arch>`: a shared object of the platform, loaded by libc through a memory
// file. Unlike embedded images these may have dependencies and initializers, which run: loading one is
// as much trust as linking it.

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "kernel/elf.h"
#include "kernel/loader.h"

// The optional trailer: u8[8] magic, u32 version, u32 flags, u64 library offset and size, u64 debug
// offset and size.
enum { TRAILER_BYTES = 48, TRAILER_LIBRARY = 16, TRAILER_DEBUG = 32 };
static const char trailer_magic[8] = "IREEDBG";

struct image {
  void *handle;
  // Open until unload: libc recognizes libraries by path, so a number that came free and was used for
  // the next executable would get the first one's code.
  int fd;
};

static enum rondo_status fail_system(const char *what, struct rondo_diag *diag) {
  int error = errno;
  bool is_exhausted = error == ENOMEM || error == EMFILE || error == ENFILE || error == ENOSPC;
  return rdo_fail(diag, is_exhausted ? RONDO_RESOURCE_EXHAUSTED : RONDO_FAILED_PRECONDITION, "system ELF: %s: %s", what,
                  strerror(error));
}

// The trailer names the part that is the library; without one it is all of the data.
static enum rondo_status select_library(struct rdo_bytes data, struct rdo_bytes *out_library,
                                        struct rondo_diag *diag) {
  *out_library = data;
  if (data.size < TRAILER_BYTES) return RONDO_OK;
  const uint8_t *trailer = data.data + data.size - TRAILER_BYTES;
  if (memcmp(trailer, trailer_magic, sizeof trailer_magic) != 0) return RONDO_OK;
  for (unsigned part = TRAILER_LIBRARY; part <= TRAILER_DEBUG; part += TRAILER_DEBUG - TRAILER_LIBRARY) {
    uint64_t offset = rdo_load_u64(trailer + part), size = rdo_load_u64(trailer + part + 8);
    if (rdo_range_fits(offset, size, data.size - TRAILER_BYTES)) continue;
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                    "system ELF: trailer at byte %llu names bytes %llu + %llu outside of it",
                    (unsigned long long)(data.size - TRAILER_BYTES), (unsigned long long)offset,
                    (unsigned long long)size);
  }
  *out_library = (struct rdo_bytes){data.data + rdo_load_u64(trailer + TRAILER_LIBRARY),
                                    rdo_load_u64(trailer + TRAILER_LIBRARY + 8)};
  return RONDO_OK;
}

// libc skips files of other machines without a word and reports that there is no file.
static enum rondo_status check_machine(struct rdo_bytes library, struct rondo_diag *diag) {
  enum { MACHINE_OFFSET = 18 };
  if (library.size < MACHINE_OFFSET + sizeof(uint16_t) || memcmp(library.data, "\x7F" "ELF", 4) != 0) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "system ELF: byte 0: %llu bytes that are no ELF file",
                    (unsigned long long)library.size);
  }
  unsigned machine = rdo_load_u16(library.data + MACHINE_OFFSET);
  if (machine == RDO_ELF_MACHINE_HOST) return RONDO_OK;
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "system ELF: byte %d: is for machine %u where %d is needed",
                  MACHINE_OFFSET, machine, RDO_ELF_MACHINE_HOST);
}

static enum rondo_status write_all(int fd, struct rdo_bytes data, struct rondo_diag *diag) {
  while (data.size > 0) {
    ssize_t count = write(fd, data.data, data.size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_system("cannot write the memory file", diag);
    data.data += count;
    data.size -= (uint64_t)count;
  }
  return RONDO_OK;
}

static enum rondo_status open_library(struct image *image, struct rdo_bytes library, rdo_library_query_fn *out_query,
                                      struct rondo_diag *diag) {
  image->fd = memfd_create("rondo-executable", MFD_CLOEXEC);
  if (image->fd < 0) return fail_system("cannot make a memory file", diag);
  RDO_TRY(write_all(image->fd, library, diag));
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", image->fd);
  image->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void *query = image->handle == NULL ? NULL : dlsym(image->handle, RDO_LIBRARY_QUERY_SYMBOL);
  if (query == NULL) {
    const char *error = dlerror();
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "system ELF: %s",
                    error != NULL ? error : "query function is null");
  }
  memcpy(out_query, &query, sizeof query);
  return RONDO_OK;
}

static void unload_image(void *opaque) {
  struct image *image = opaque;
  if (image == NULL) return;
  if (image->handle != NULL) dlclose(image->handle);
  if (image->fd >= 0) close(image->fd);
  rdo_free(image);
}

static enum rondo_status load_image(struct rdo_bytes data, void **out_image, rdo_library_query_fn *out_query,
                                    struct rondo_diag *diag) {
  struct rdo_bytes library;
  RDO_TRY(select_library(data, &library, diag));
  RDO_TRY(check_machine(library, diag));
  struct image *image;
  RDO_TRY(rdo_alloc(sizeof *image, &image, diag));
  image->fd = -1;
  enum rondo_status status = open_library(image, library, out_query, diag);
  if (status != RONDO_OK) {
    unload_image(image);
    return status;
  }
  *out_image = image;
  return RONDO_OK;
}

static enum rondo_status verify_image(struct rdo_bytes data, struct rondo_diag *diag) {
  struct rdo_bytes library;
  RDO_TRY(select_library(data, &library, diag));
  return check_machine(library, diag);
}

static bool matches(struct rdo_bytes format) { return rdo_loader_format_is(format, "system-elf-"); }

const struct rdo_loader rdo_system_elf_loader = {
    .name = "system ELF",
    .matches = matches,
    .verify = verify_image,
    .load = load_image,
    .unload = unload_image,
};
