// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The table of the `hal` module: what programs import, with its calling convention.

#include "modules/hal_module.h"

#include "modules/hal_arguments.h"

enum { HAL_MODULE_VERSION = 7 };

// Sorted by name (a unit test holds it).
static const struct rdo_native_function functions[] = {
    {"allocator.allocate", "0rIiiI_r", rdo_hal_allocator_allocate},
    {"allocator.import", "0riIiirII_r", rdo_hal_allocator_import},
    {"allocator.select", "0iiICrID_rI", rdo_hal_allocator_select},
    {"buffer.allocation.discard", "0r_i", rdo_hal_buffer_discard},
    {"buffer.allocation.is_terminal", "0r_i", rdo_hal_buffer_is_terminal},
    {"buffer.allocation.preserve", "0r_v", rdo_hal_buffer_preserve},
    {"buffer.assert", "0rrrIii_v", rdo_hal_buffer_assert},
    {"buffer.length", "0r_I", rdo_hal_buffer_length},
    {"buffer.load", "0rIi_i", rdo_hal_buffer_load},
    {"buffer.store", "0irIi_v", rdo_hal_buffer_store},
    {"buffer.subspan", "0rII_r", rdo_hal_buffer_subspan},
    {"buffer_view.assert", "0rriiCID_v", rdo_hal_tensor_assert},
    {"buffer_view.buffer", "0r_r", rdo_hal_tensor_buffer},
    {"buffer_view.create", "0rIIiiCID_r", rdo_hal_tensor_create},
    {"buffer_view.dim", "0ri_I", rdo_hal_tensor_dim},
    {"buffer_view.element_type", "0r_i", rdo_hal_tensor_element_type},
    {"buffer_view.encoding_type", "0r_i", rdo_hal_tensor_encoding},
    {"buffer_view.rank", "0r_i", rdo_hal_tensor_rank},
    {"buffer_view.trace", "0rCrD_v", rdo_hal_tensor_trace},
    {"channel.create", "0rIIrrii_r", rdo_hal_not_supported},
    {"channel.rank_and_count", "0r_ii", rdo_hal_not_supported},
    {"channel.split", "0riiI_r", rdo_hal_not_supported},
    {"command_buffer.advise_buffer", "0rrIIIi_v", rdo_hal_recording_note},
    {"command_buffer.begin_debug_group", "0rr_v", rdo_hal_recording_note},
    {"command_buffer.collective", "0rriiiirrIIIII_v", rdo_hal_not_supported},
    {"command_buffer.copy_buffer", "0riirIrIII_v", rdo_hal_recording_copy},
    {"command_buffer.create", "0riiIi_r", rdo_hal_recording_create},
    {"command_buffer.dispatch", "0rrIiiiICiDCiirIID_v", rdo_hal_recording_dispatch},
    {"command_buffer.dispatch.indirect", "0rrIirIICiDCiirIID_v", rdo_hal_recording_dispatch_indirect},
    {"command_buffer.end_debug_group", "0r_v", rdo_hal_recording_note},
    {"command_buffer.execution_barrier", "0riiI_v", rdo_hal_recording_barrier},
    {"command_buffer.fill_buffer", "0rrIIiIiI_v", rdo_hal_recording_fill},
    {"command_buffer.finalize", "0r_v", rdo_hal_recording_finalize},
    {"command_buffer.update_buffer", "0rrIrIIiI_v", rdo_hal_recording_update},
    {"device.allocator", "0r_r", rdo_hal_device_allocator},
    {"device.query.i64", "0rrr_iI", rdo_hal_device_query},
    {"device.queue.alloca", "0rIrrIiiII_r", rdo_hal_queue_alloca},
    {"device.queue.barrier", "0rIrrI_v", rdo_hal_queue_barrier},
    {"device.queue.copy", "0rIrrrIrIII_v", rdo_hal_queue_copy},
    {"device.queue.dealloca", "0rIrrrI_v", rdo_hal_queue_dealloca},
    {"device.queue.execute", "0rIrrrI_v", rdo_hal_queue_execute},
    {"device.queue.execute.indirect", "0rIrrrICrIID_v", rdo_hal_queue_execute_indirect},
    {"device.queue.fill", "0rIrrrIIIiI_v", rdo_hal_queue_fill},
    {"device.queue.flush", "0rI_v", rdo_hal_queue_flush},
    {"device.queue.read", "0rIrrrIrIII_v", rdo_hal_queue_read},
    {"device.queue.update", "0rIrrrIrIII_v", rdo_hal_queue_update},
    {"device.queue.write", "0rIrrrIrIII_v", rdo_hal_queue_write},
    {"devices.count", "0v_i", rdo_hal_devices_count},
    {"devices.get", "0i_r", rdo_hal_devices_get},
    {"ex.file.from_memory", "0rIirIIi_r", rdo_hal_file_from_memory},
    {"executable.create", "0rIrrr_r", rdo_hal_executable_create},
    {"executable.lookup.function", "0rr_I", rdo_hal_executable_lookup},
    {"fence.await", "0iICrD_i", rdo_hal_fence_await},
    {"fence.create", "0rI_r", rdo_hal_fence_create},
    {"fence.fail", "0ri_v", rdo_hal_fence_fail},
    {"fence.join", "0ICrD_r", rdo_hal_fence_join},
    {"fence.query", "0r_i", rdo_hal_fence_query},
    {"fence.signal", "0r_v", rdo_hal_fence_signal},
};

// Programs may name types that nothing here makes; they only have to be known.
static const struct rdo_object_type channel_type = {"hal.channel", NULL};
static const struct rdo_object_type event_type = {"hal.event", NULL};

static const struct rdo_object_type *const types[] = {
    &rdo_heap_type,  &rdo_buffer_type,     &rdo_tensor_type, &channel_type, &rdo_recording_type, &rdo_device_type,
    &event_type,     &rdo_executable_type, &rdo_fence_type,  &rdo_file_type, &rdo_semaphore_type,
};

const struct rdo_native_module rdo_hal_module = {
    .name = "hal",
    .version = HAL_MODULE_VERSION,
    .functions = functions,
    .function_count = sizeof functions / sizeof functions[0],
    .types = types,
    .type_count = sizeof types / sizeof types[0],
};

enum rondo_status rdo_hal_not_supported(void *self, struct rdo_native_call *call) {
  (void)self;
  return rdo_fail(call->diag, RONDO_UNIMPLEMENTED, "collectives are not supported on CPU devices");
}
