// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tensors and the other values that go into and come out of a model's functions.
//
// A tensor is a typed, shaped view of a buffer: dense, row-major (the last dimension is contiguous),
// its data aligned to 64 bytes. Elements narrower than a byte are packed.

#ifndef RONDO_TENSOR_H_
#define RONDO_TENSOR_H_

#include <stddef.h>
#include <stdint.h>

#include "rondo/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

// Element type: numerical class in bits 24..31, width in bits in 0..7. Any combination is a valid
// value; these are the usual ones, by the names that the command line uses.
enum rondo_element_type {
  RONDO_ELEMENT_NONE = 0,
  RONDO_ELEMENT_I1 = 0x13000008,  // one byte each, 0 or 1
  RONDO_ELEMENT_I4 = 0x10000004,
  RONDO_ELEMENT_SI4 = 0x11000004,
  RONDO_ELEMENT_UI4 = 0x12000004,
  RONDO_ELEMENT_I8 = 0x10000008,
  RONDO_ELEMENT_SI8 = 0x11000008,
  RONDO_ELEMENT_UI8 = 0x12000008,
  RONDO_ELEMENT_I16 = 0x10000010,
  RONDO_ELEMENT_SI16 = 0x11000010,
  RONDO_ELEMENT_UI16 = 0x12000010,
  RONDO_ELEMENT_I32 = 0x10000020,
  RONDO_ELEMENT_SI32 = 0x11000020,
  RONDO_ELEMENT_UI32 = 0x12000020,
  RONDO_ELEMENT_I64 = 0x10000040,
  RONDO_ELEMENT_SI64 = 0x11000040,
  RONDO_ELEMENT_UI64 = 0x12000040,
  RONDO_ELEMENT_F16 = 0x21000010,
  RONDO_ELEMENT_F32 = 0x21000020,
  RONDO_ELEMENT_F64 = 0x21000040,
  RONDO_ELEMENT_BF16 = 0x22000010,
  RONDO_ELEMENT_CF64 = 0x23000040,   // complex of two f32
  RONDO_ELEMENT_CF128 = 0x23000080,  // complex of two f64
  RONDO_ELEMENT_F8E5M2 = 0x24000008,
  RONDO_ELEMENT_F8E4M3FN = 0x25000008,
  RONDO_ELEMENT_F8E5M2FNUZ = 0x26000008,
  RONDO_ELEMENT_F8E4M3FNUZ = 0x27000008,
  RONDO_ELEMENT_F8E8M0FNU = 0x28000008,
};

enum { RONDO_RANK_MAX = 128 };

// Bits of one element.
//   thread  any      phase  rt
static inline uint32_t rondo_element_bits(uint32_t element_type) { return element_type & 0xFFu; }

// Name of an element type ("f32"); "xN" or "*N" for an opaque one of N bits. A type without a name
// of its own is written as eight hexadecimal digits.
//   buffer   receives the NUL-terminated name     capacity  bytes of `buffer`, 16 suffices
//   thread  any      phase  rt
RONDO_API void rondo_element_type_format(uint32_t element_type, char *buffer, size_t capacity);

// Reads an element type's name.
//   text     borrowed, `length` bytes, need not be terminated
//   returns  OK or INVALID_ARGUMENT (no such name; *out_element_type untouched)
//   thread  any      phase  rt
RONDO_API enum rondo_status rondo_element_type_parse(const char *text, size_t length,
                                                     uint32_t *out_element_type) RONDO_MUST_USE;

struct rondo_tensor;
struct rondo_buffer;
struct rondo_fence;

// Makes a tensor and copies `data` into it.
//   runtime       borrowed; the tensor keeps its memory pool alive
//   element_type  see enum rondo_element_type
//   rank, dims    dims[rank], outermost first, borrowed; rank 0 is a scalar; a 0 dimension is legal
//   data          borrowed, row-major, exactly the bytes of all elements; NULL = zeros
//   out_tensor    owned by caller, end with rondo_tensor_release; NULL on error
//   diag          optional, filled unless OK
//   returns       OK, INVALID_ARGUMENT (negative dimension, size overflow), RESOURCE_EXHAUSTED
//   thread        any                phase  setup
RONDO_API enum rondo_status rondo_tensor_create(struct rondo_runtime *runtime, uint32_t element_type, int rank,
                                                const int64_t *dims, const void *data,
                                                struct rondo_tensor **out_tensor,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// Makes a tensor over memory of the caller, without a copy.
//   data          used in place until `release` is called; 64-byte aligned, `byte_length` >= the bytes
//                 of all elements
//   release       called once, with `user`, on whichever thread drops the last hold, perhaps a worker; may be NULL
//   returns       as rondo_tensor_create, and INVALID_ARGUMENT for misaligned or short data (then
//                 `release` is not called)
//   thread        any                phase  setup
RONDO_API enum rondo_status rondo_tensor_wrap(struct rondo_runtime *runtime, uint32_t element_type, int rank,
                                              const int64_t *dims, void *data, uint64_t byte_length,
                                              void (*release)(void *user), void *user,
                                              struct rondo_tensor **out_tensor,
                                              struct rondo_diag *diag) RONDO_MUST_USE;

// One more hold on a tensor.
//   thread  any      phase  rt
RONDO_API void rondo_tensor_retain(struct rondo_tensor *tensor);

// Ends a hold and nulls the pointer; NULL and pointer to NULL are fine.
//   thread  any      phase  steady (the last hold frees memory)
RONDO_API void rondo_tensor_release(struct rondo_tensor **tensor);

// Shape and type of a tensor. `dim` needs 0 <= axis < rank and returns elements.
//   tensor  borrowed      thread  any      phase  rt
RONDO_API uint32_t rondo_tensor_element_type(const struct rondo_tensor *tensor);
RONDO_API int rondo_tensor_rank(const struct rondo_tensor *tensor);
RONDO_API int64_t rondo_tensor_dim(const struct rondo_tensor *tensor, int axis);
RONDO_API int64_t rondo_tensor_element_count(const struct rondo_tensor *tensor);
RONDO_API uint64_t rondo_tensor_byte_length(const struct rondo_tensor *tensor);

// The elements, row-major, 64-byte aligned (a result that is part of a larger buffer: aligned to its
// element). Valid while the tensor is held, with one exception: a model's program can release the memory
// of what it returns, and an asynchronous one makes it only on the way to its signal fence. The caller
// sees to it that no call in flight writes what it reads, or reads what it writes. Constants of a model
// must not be written.
//   tensor   borrowed
//   returns  NULL while there is no memory; for a tensor without elements it means nothing
//   thread   any      phase  rt
RONDO_API void *rondo_tensor_data(const struct rondo_tensor *tensor);

// Makes an untyped buffer of zeros, for functions that take storage for a result.
//   byte_length   bytes, may be 0
//   out_buffer    owned by caller, end with rondo_buffer_release; NULL on error
//   returns       OK, RESOURCE_EXHAUSTED
//   thread        any                phase  setup
RONDO_API enum rondo_status rondo_buffer_create(struct rondo_runtime *runtime, uint64_t byte_length,
                                                struct rondo_buffer **out_buffer,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a hold and nulls the pointer; NULL and pointer to NULL are fine.
//   thread  any      phase  steady
RONDO_API void rondo_buffer_release(struct rondo_buffer **buffer);

// Length and contents, as those of a tensor.
//   buffer  borrowed      thread  any      phase  rt
RONDO_API uint64_t rondo_buffer_byte_length(const struct rondo_buffer *buffer);
RONDO_API void *rondo_buffer_data(const struct rondo_buffer *buffer);

// A fence is a promise in time: something to wait for before a call, or to signal after it.
//   out_fence     owned by caller, end with rondo_fence_release; unsignaled
//   returns       OK, RESOURCE_EXHAUSTED
//   thread        any                phase  setup
RONDO_API enum rondo_status rondo_fence_create(struct rondo_runtime *runtime, struct rondo_fence **out_fence,
                                               struct rondo_diag *diag) RONDO_MUST_USE;

// One more hold on a fence.
//   thread  any      phase  rt
RONDO_API void rondo_fence_retain(struct rondo_fence *fence);

// Ends a hold and nulls the pointer; NULL and pointer to NULL are fine. A call holds its signal fence until it
// is over, not its wait fence: what waits for a fence that everybody has let go before it was reached fails as
// CANCELLED.
//   thread  any      phase  steady
RONDO_API void rondo_fence_release(struct rondo_fence **fence);

// Reaches the fence. Callbacks run now, on this thread; calls that waited for it too if the device is
// synchronous, else on its workers.
//   thread  any      phase  steady
RONDO_API void rondo_fence_signal(struct rondo_fence *fence);

// Fails the fence: whatever waits for it fails with the same status. One that is reached stays so.
//   status  not OK      thread  any      phase  steady
RONDO_API void rondo_fence_fail(struct rondo_fence *fence, enum rondo_status status);

// State without waiting.
//   returns  OK reached, DEFERRED pending, else the status it failed with
//   thread  any      phase  rt
RONDO_API enum rondo_status rondo_fence_query(const struct rondo_fence *fence) RONDO_MUST_USE;

// Blocks until the fence is reached or failed. With "local-task" the caller may run work meanwhile, so it can
// come back later than its timeout by as much as a kernel takes.
//   timeout_ns  from now; negative = for ever
//   returns     OK, DEADLINE_EXCEEDED, the status it failed with, or FAILED_PRECONDITION (inside a callback on a
//               thread that works)
//   thread  any, not inside a callback      phase  steady
RONDO_API enum rondo_status rondo_fence_wait(const struct rondo_fence *fence, int64_t timeout_ns) RONDO_MUST_USE;

// What a value is.
enum rondo_value_kind {
  RONDO_VALUE_NONE = 0,  // nothing, or a null reference
  RONDO_VALUE_I32 = 1,   // also i1, i8, i16 scalars
  RONDO_VALUE_I64 = 2,
  RONDO_VALUE_F32 = 3,
  RONDO_VALUE_F64 = 4,
  RONDO_VALUE_TENSOR = 5,
  RONDO_VALUE_BUFFER = 6,
  RONDO_VALUE_FENCE = 7,
  RONDO_VALUE_OBJECT = 8,  // a reference of another type; can be passed on, and lists looked into (rondo_list_get)
};

// An argument or a result. References in it are holds: rondo_value_release ends them.
struct rondo_value {
  enum rondo_value_kind kind;
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    struct rondo_tensor *tensor;
    struct rondo_buffer *buffer;
    struct rondo_fence *fence;
    void *object;
  };
};

// Ends what a value holds and sets its kind to NONE.
//   value  may be NULL      thread  any      phase  steady
RONDO_API void rondo_value_release(struct rondo_value *value);

// Type name of a value as compiled modules spell it: "i32", "hal.buffer_view", "hal.fence", ...;
// "null" for NONE.
//   returns  string that lives as long as the value      thread  any      phase  rt
RONDO_API const char *rondo_value_type_name(const struct rondo_value *value);

// Elements of a list that a program returned: a value of kind OBJECT with the type name "vm.list".
//   value    borrowed
//   returns  the number of elements, -1 for a value that is no list
//   thread   one at a time with calls that may change the list      phase  rt
RONDO_API int64_t rondo_list_count(const struct rondo_value *value);

// Reads one element. A list may be in itself: who walks one bounds its depth.
//   value        borrowed
//   index        0 .. count-1
//   out_element  owned by caller, end with rondo_value_release; NONE for an element that is null or was never
//                set, and on error
//   returns      OK, INVALID_ARGUMENT (no list), OUT_OF_RANGE
//   thread       as rondo_list_count      phase  rt
RONDO_API enum rondo_status rondo_list_get(const struct rondo_value *value, int64_t index,
                                           struct rondo_value *out_element) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_TENSOR_H_
