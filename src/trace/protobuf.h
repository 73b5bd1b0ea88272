// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Writes protocol buffer messages into memory of a fixed size. What does not fit sets `is_overfull`
// and is left out: the caller then throws the whole message away.

#ifndef RDO_TRACE_PROTOBUF_H_
#define RDO_TRACE_PROTOBUF_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rdo_protobuf {
  uint8_t *data;  // borrowed [capacity]
  size_t size;
  size_t capacity;
  bool is_overfull;
};

// A field of type uint32, uint64, int64 >= 0, bool or enum.
void rdo_protobuf_put_uint(struct rdo_protobuf *message, uint32_t field, uint64_t value);

// A field of type fixed64.
void rdo_protobuf_put_fixed64(struct rdo_protobuf *message, uint32_t field, uint64_t value);

// A field of type string or bytes.
void rdo_protobuf_put_bytes(struct rdo_protobuf *message, uint32_t field, const void *bytes, size_t size);

// A field that is a message: what is put between begin and end belongs to it.
//   returns  the mark that end wants
size_t rdo_protobuf_begin(struct rdo_protobuf *message, uint32_t field);
void rdo_protobuf_end(struct rdo_protobuf *message, size_t mark);

#endif  // RDO_TRACE_PROTOBUF_H_
