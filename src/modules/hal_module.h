// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The `hal` module: devices, buffers, recordings and fences as compiled programs call them.

#ifndef RDO_MODULES_HAL_MODULE_H_
#define RDO_MODULES_HAL_MODULE_H_

#include "hal/device.h"
#include "vm/native.h"

// Version 7. Its functions take a struct rdo_device as `self`.
extern const struct rdo_native_module rdo_hal_module;

#endif  // RDO_MODULES_HAL_MODULE_H_
