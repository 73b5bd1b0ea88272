// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Little-endian loads from unaligned bytes. Hosts are little-endian (checked at configure time), so
// a memcpy is the load.

#ifndef RDO_BASE_BYTES_H_
#define RDO_BASE_BYTES_H_

#include <stdint.h>
#include <string.h>

struct rdo_bytes {
  const uint8_t *data;
  uint64_t size;
};

static inline uint16_t rdo_load_u16(const void *p) { uint16_t v; memcpy(&v, p, sizeof v); return v; }
static inline uint32_t rdo_load_u32(const void *p) { uint32_t v; memcpy(&v, p, sizeof v); return v; }
static inline uint64_t rdo_load_u64(const void *p) { uint64_t v; memcpy(&v, p, sizeof v); return v; }
static inline void rdo_store_u32(void *p, uint32_t v) { memcpy(p, &v, sizeof v); }
static inline void rdo_store_u64(void *p, uint64_t v) { memcpy(p, &v, sizeof v); }

// Length of text for "%.*s" in a message: cut, so that it fits an int and leaves room for the rest.
static inline int rdo_bytes_print_length(struct rdo_bytes bytes) { return bytes.size < 256 ? (int)bytes.size : 256; }

static inline int rdo_bytes_equal(struct rdo_bytes bytes, const char *text) {
  size_t length = strlen(text);
  return bytes.size == length && (length == 0 || memcmp(bytes.data, text, length) == 0);
}

#endif  // RDO_BASE_BYTES_H_
