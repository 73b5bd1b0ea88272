// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The loader of `embedded-elf-<arch>`: brings a verified image into memory. No libc loader is involved,
// nothing of the image runs before its query function is called.
//
// Invariants: no page is ever writable and executable; a page has the permissions of exactly one
// segment, or the image is refused; what the file asks to be read-only after relocation is.

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "kernel/elf.h"
#include "kernel/fat_elf.h"
#include "kernel/loader.h"

// All members: const after load.
struct image {
  void *reservation;  // address space with room to align `base` in it
  size_t reservation_bytes;
  uint8_t *base;  // address 0 of the image
  uint64_t page_bytes;
};

struct range {
  uint64_t begin, end;  // addresses in the image
};

static uint64_t page_down(const struct image *image, uint64_t address) { return address & ~(image->page_bytes - 1); }

// No overflow: addresses are at most RDO_ELF_MEMORY_BYTES_MAX.
static uint64_t page_up(const struct image *image, uint64_t address) {
  return page_down(image, address + image->page_bytes - 1);
}

static struct range segment_pages(const struct image *image, const struct rdo_elf_segment *segment) {
  return (struct range){page_down(image, segment->address),
                        page_up(image, segment->address + segment->memory_bytes)};
}

static enum rondo_status fail_system(const char *what, struct rondo_diag *diag) {
  int error = errno;
  enum rondo_status status = error == ENOMEM ? RONDO_RESOURCE_EXHAUSTED : RONDO_FAILED_PRECONDITION;
  return rdo_fail(diag, status, "embedded ELF: %s: %s", what, strerror(error));
}

// Linkers place segments for the largest page that they know of; a host with larger ones cannot give
// two segments on one page their permissions.
static enum rondo_status check_pages(const struct image *image, const struct rdo_elf_layout *layout,
                                     struct rondo_diag *diag) {
  for (uint32_t i = 1; i < layout->segment_count; ++i) {
    const struct rdo_elf_segment *before = &layout->segments[i - 1], *segment = &layout->segments[i];
    if (before->flags == segment->flags) continue;
    if (segment_pages(image, before).end <= segment_pages(image, segment).begin) continue;
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                    "embedded ELF: segments %u and %u with different permissions share a page of this machine's "
                    "%llu bytes (link with a larger maximum page size)",
                    i - 1, i, (unsigned long long)image->page_bytes);
  }
  return RONDO_OK;
}

static enum rondo_status reserve(struct image *image, const struct rdo_elf_layout *layout, struct rondo_diag *diag) {
  uint64_t alignment = layout->alignment > image->page_bytes ? layout->alignment : image->page_bytes;
  image->reservation_bytes = (size_t)(page_up(image, layout->memory_bytes) + alignment);
  void *reservation =
      mmap(NULL, image->reservation_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reservation == MAP_FAILED) return fail_system("cannot reserve memory", diag);
  image->reservation = reservation;
  uint64_t padding = -(uint64_t)(uintptr_t)reservation & (alignment - 1);
  image->base = (uint8_t *)reservation + padding;
  return RONDO_OK;
}

static enum rondo_status protect(const struct image *image, struct range range, int protection,
                                 struct rondo_diag *diag) {
  if (range.begin >= range.end) return RONDO_OK;
  if (mprotect(image->base + range.begin, (size_t)(range.end - range.begin), protection) == 0) return RONDO_OK;
  return fail_system("cannot set the permissions of a segment", diag);
}

static int protection_of(uint32_t flags) {
  return ((flags & RDO_ELF_READ) != 0 ? PROT_READ : 0) | ((flags & RDO_ELF_WRITE) != 0 ? PROT_WRITE : 0) |
         ((flags & RDO_ELF_EXECUTE) != 0 ? PROT_EXEC : 0);
}

// The processor may hold stale instructions for these addresses (never on x86_64).
static void flush_instructions(const struct image *image, const struct rdo_elf_segment *segment) {
  char *begin = (char *)image->base + segment->address;
  __builtin___clear_cache(begin, begin + segment->memory_bytes);
}

// The pages to protect after relocation: those of the range, including a page at either end that holds
// nothing else.
static struct range read_only_pages(const struct image *image, const struct rdo_elf_layout *layout) {
  struct range pages = {page_up(image, layout->read_only_begin), page_down(image, layout->read_only_end)};
  for (uint32_t i = 0; i < layout->segment_count; ++i) {
    const struct rdo_elf_segment *segment = &layout->segments[i];
    struct range own = segment_pages(image, segment);
    bool is_alone_before = i == 0 || segment_pages(image, segment - 1).end <= own.begin;
    bool is_alone_after = i + 1 == layout->segment_count || own.end <= segment_pages(image, segment + 1).begin;
    if (segment->address == layout->read_only_begin && is_alone_before) pages.begin = own.begin;
    if (segment->address + segment->memory_bytes == layout->read_only_end && is_alone_after) pages.end = own.end;
  }
  return pages;
}

static enum rondo_status fill(const struct image *image, const struct rdo_elf_layout *layout, struct rdo_bytes file,
                              struct rondo_diag *diag) {
  for (uint32_t i = 0; i < layout->segment_count; ++i) {
    RDO_TRY(protect(image, segment_pages(image, &layout->segments[i]), PROT_READ | PROT_WRITE, diag));
  }
  rdo_elf_copy(layout, file, image->base);
  rdo_elf_relocate(layout, file, image->base, (uint64_t)(uintptr_t)image->base);
  for (uint32_t i = 0; i < layout->segment_count; ++i) {
    const struct rdo_elf_segment *segment = &layout->segments[i];
    if ((segment->flags & RDO_ELF_EXECUTE) != 0) flush_instructions(image, segment);
    RDO_TRY(protect(image, segment_pages(image, segment), protection_of(segment->flags), diag));
  }
  if (layout->read_only_begin == layout->read_only_end) return RONDO_OK;
  return protect(image, read_only_pages(image, layout), PROT_READ, diag);
}

static void unload_image(void *opaque) {
  struct image *image = opaque;
  if (image == NULL) return;
  if (image->reservation != NULL) munmap(image->reservation, image->reservation_bytes);
  rdo_free(image);
}

static rdo_library_query_fn query_function(const struct image *image, const struct rdo_elf_layout *layout) {
  void *address = image->base + layout->query_address;
  rdo_library_query_fn query;
  _Static_assert(sizeof query == sizeof address, "code and data addresses are alike");
  memcpy(&query, &address, sizeof query);
  return query;
}

static enum rondo_status load_image(struct rdo_bytes data, void **out_image, rdo_library_query_fn *out_query,
                                    struct rondo_diag *diag) {
  struct rdo_bytes file;
  struct rdo_elf_layout layout;
  RDO_TRY(rdo_fat_elf_select(data, RDO_ELF_MACHINE_HOST, &file, diag));
  RDO_TRY(rdo_elf_verify(file, RDO_ELF_MACHINE_HOST, &layout, diag));
  struct image *image;
  RDO_TRY(rdo_alloc(sizeof *image, &image, diag));
  image->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
  enum rondo_status status = check_pages(image, &layout, diag);
  if (status == RONDO_OK) status = reserve(image, &layout, diag);
  if (status == RONDO_OK) status = fill(image, &layout, file, diag);
  if (status != RONDO_OK) goto fail;
  *out_query = query_function(image, &layout);
  *out_image = image;
  return RONDO_OK;
fail:
  unload_image(image);
  return status;
}

static enum rondo_status verify_image(struct rdo_bytes data, struct rondo_diag *diag) {
  struct rdo_bytes file;
  struct rdo_elf_layout layout;
  RDO_TRY(rdo_fat_elf_select(data, RDO_ELF_MACHINE_HOST, &file, diag));
  return rdo_elf_verify(file, RDO_ELF_MACHINE_HOST, &layout, diag);
}

static bool matches(struct rdo_bytes format) { return rdo_loader_format_is(format, "embedded-elf-"); }

const struct rdo_loader rdo_embedded_elf_loader = {
    .name = "embedded ELF",
    .matches = matches,
    .verify = verify_image,
    .load = load_image,
    .unload = unload_image,
};
