// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Bit fields of the device ABI, by the numbers that compiled modules pass.

#ifndef RDO_HAL_TYPES_H_
#define RDO_HAL_TYPES_H_

#include <stdint.h>

#define RDO_WHOLE_BUFFER UINT64_MAX

enum rdo_memory_type {
  RDO_MEMORY_OPTIMAL = 0x1,  // a hint for allocation, never a property of a buffer
  RDO_MEMORY_HOST_VISIBLE = 0x2,
  RDO_MEMORY_HOST_COHERENT = 0x4,
  RDO_MEMORY_HOST_CACHED = 0x8,
  RDO_MEMORY_HOST_LOCAL = 0x46,
  RDO_MEMORY_DEVICE_VISIBLE = 0x10,
  RDO_MEMORY_DEVICE_LOCAL = 0x30,
  // What every buffer of a CPU device is, whatever was asked for.
  RDO_MEMORY_CPU = RDO_MEMORY_HOST_LOCAL | RDO_MEMORY_HOST_CACHED | RDO_MEMORY_DEVICE_LOCAL,
};

enum rdo_buffer_usage {
  RDO_USAGE_TRANSFER = 0x3,
  RDO_USAGE_DISPATCH_INDIRECT_PARAMETERS = 0x100,
  RDO_USAGE_DISPATCH_STORAGE = 0xC00,
  RDO_USAGE_SHARING_IMMUTABLE = 0x80000,
  RDO_USAGE_DEFAULT = 0xC03,
  RDO_USAGE_MAPPING = 0xB000003,  // added to every buffer: host memory can always be mapped
};

enum rdo_memory_access {
  RDO_ACCESS_READ = 1,
  RDO_ACCESS_WRITE = 2,
  RDO_ACCESS_DISCARD = 4,  // may leave undefined what it does not write
  RDO_ACCESS_ALL = 7,
};

enum rdo_recording_mode {
  RDO_RECORDING_ONE_SHOT = 0x1,
  RDO_RECORDING_INLINE = 0x10,
};

enum {
  RDO_BINDING_SLOTS_MAX = 1 << 12,  // the ABI has 24 bits; the compiler uses a handful
  RDO_UPDATE_BYTES_MAX = 64 * 1024,
  RDO_ENCODING_OPAQUE = 0,
  RDO_ENCODING_DENSE_ROW_MAJOR = 1,
};

#endif  // RDO_HAL_TYPES_H_
