// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "rondo/inspect.h"

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/mapping.h"
#include "base/writer.h"
#include "runtime/runtime.h"
#include "vm/decode.h"
#include "vm/disassemble.h"

#define TEXT(bytes) (int)(bytes).size, (const char *)(bytes).data

// Modules --------------------------------------------------------------------------------------------

static void write_summary(const struct rdo_module_file *file, const struct rdo_writer *w) {
  uint64_t rodata_bytes = 0;
  for (uint32_t i = 0; i < file->rodata_count; ++i) rodata_bytes += file->rodata[i].size;
  rdo_write(w, "module %.*s  version %u, bytecode %u.%u\n", TEXT(file->name), file->version, file->bytecode_version >> 16, file->bytecode_version & 0xFFFF);
  rdo_write(w, "  file       %10llu bytes, %s\n", (unsigned long long)file->archive.file.size, file->archive.flatbuffer_offset > 4 ? "ZIP" : "flat");
  rdo_write(w, "  bytecode   %10llu bytes in %u functions\n", (unsigned long long)file->bytecode.size, file->function_count);
  rdo_write(w, "  rodata     %10llu bytes in %u segments\n", (unsigned long long)rodata_bytes, file->rodata_count);
  rdo_write(w, "  state      %10u bytes and %u refs\n", file->global_byte_count, file->global_ref_count);
}

static void write_functions(const struct rdo_module_file *file, const struct rdo_writer *w) {
  if (file->export_count != 0) rdo_write(w, "functions\n");
  for (uint32_t i = 0; i < file->export_count; ++i) {
    const struct rdo_export_def *def = &file->exports[i];
    const struct rdo_function_def *function = &file->functions[def->function_ordinal];
    rdo_write(w, "  %.*s(%.*s) -> (%.*s)\n", TEXT(def->name), function->cconv.argument_length, function->cconv.arguments,
              function->cconv.result_length, function->cconv.results);
    for (uint32_t k = 0; k < function->attribute_count; ++k) {
      const struct rdo_attribute *attribute = &file->attributes[function->attribute_begin + k];
      rdo_write(w, "    %.*s = %.*s\n", TEXT(attribute->key), TEXT(attribute->value));
    }
  }
}

static void write_imports(const struct rdo_module_file *file, const struct rdo_writer *w) {
  if (file->dependency_count != 0 || file->import_count != 0) rdo_write(w, "needs\n");
  for (uint32_t i = 0; i < file->dependency_count; ++i) {
    const struct rdo_dependency_def *def = &file->dependencies[i];
    rdo_write(w, "  module %.*s, version %u or later%s\n", TEXT(def->name), def->minimum_version, def->is_optional ? " (optional)" : "");
  }
  for (uint32_t i = 0; i < file->import_count; ++i) {
    const struct rdo_import_def *def = &file->imports[i];
    rdo_write(w, "  %.*s(%.*s) -> (%.*s)%s\n", TEXT(def->full_name), def->cconv.argument_length, def->cconv.arguments, def->cconv.result_length,
              def->cconv.results, def->is_optional ? " (optional)" : "");
  }
}

enum { ELF_MACHINE_OFFSET = 18, ELF_HEADER_BYTES = 64 };

// Architecture of an ELF file as executable formats name it; NULL for other data.
static const char *elf_arch(struct rdo_bytes data) {
  if (data.size < ELF_HEADER_BYTES || memcmp(data.data, "\177ELF", 4) != 0) return NULL;
  switch (rdo_load_u16(data.data + ELF_MACHINE_OFFSET)) {
    case 0x3E: return "x86_64";
    case 0xB7: return "arm_64";
    case 0xF3: return "riscv_64";
    default: return "unknown machine";
  }
}

// Which rodata a program makes executables of, and with which format, from the calls of hal.executable.create in
// its bytecode: [rodata_count], the ordinal of the format's text + 1, or 0.
struct formats {
  const struct rdo_module_file *file;
  uint32_t *ordinals;   // owned
  uint32_t *constants;  // owned: rodata ordinal + 1 that each ref register of the function holds
};

enum { CREATE_FORMAT = 2, CREATE_DATA = 3, CREATE_OPERANDS = 5, FORMAT_BYTES_MAX = 64 };

static bool is_create(const struct rdo_module_file *file, const struct rdo_instruction *in) {
  uint32_t index = (uint32_t)in->operands[0].value & 0x7FFFFFFFu;
  if (in->opcode != RDO_OP_Call || (in->operands[0].value & 0x80000000u) == 0 || index >= file->import_count) return false;
  return rdo_bytes_equal(file->imports[index].full_name, "hal.executable.create") && in->operands[1].list.count == CREATE_OPERANDS;
}

// Compilers load a constant shortly before its use, so the last one in the order of the code is the one.
static void find_formats_in(struct formats *formats, const struct rdo_function_def *def) {
  const struct rdo_module_file *file = formats->file;
  const struct rdo_bytes code = {file->bytecode.data + def->bytecode_offset, def->bytecode_length};
  struct rdo_instruction in;
  memset(formats->constants, 0, (RDO_REGISTER_REF_MASK + 1) * sizeof *formats->constants);
  for (uint32_t pc = 0; pc < code.size; pc = in.next_pc) {
    if (rdo_decode(code, pc, &in, NULL) != RONDO_OK) return;  // loading will say why
    if (in.opcode == RDO_OP_ConstRefRodata && in.operands[0].value < file->rodata_count) {
      formats->constants[in.operands[1].value & RDO_REGISTER_REF_MASK] = (uint32_t)in.operands[0].value + 1;
    } else if (is_create(file, &in)) {
      uint32_t format = formats->constants[rdo_list_u16(in.operands[1].list, CREATE_FORMAT) & RDO_REGISTER_REF_MASK];
      uint32_t data = formats->constants[rdo_list_u16(in.operands[1].list, CREATE_DATA) & RDO_REGISTER_REF_MASK];
      if (format != 0 && data != 0) formats->ordinals[data - 1] = format;
    }
  }
}

static void deinit_formats(struct formats *formats) {
  rdo_free(formats->ordinals);
  rdo_free(formats->constants);
}

static enum rondo_status init_formats(struct formats *formats, const struct rdo_module_file *file, struct rondo_diag *diag) {
  *formats = (struct formats){.file = file};
  RDO_TRY(rdo_alloc_array(file->rodata_count, sizeof(uint32_t), &formats->ordinals, diag));
  RDO_TRY(rdo_alloc_array(RDO_REGISTER_REF_MASK + 1, sizeof(uint32_t), &formats->constants, diag));
  for (uint32_t i = 0; i < file->function_count; ++i) find_formats_in(formats, &file->functions[i]);
  return RONDO_OK;
}

// The format of an executable; size 0 for rodata that is none.
static struct rdo_bytes format_of(const struct formats *formats, uint32_t ordinal) {
  uint32_t format = formats->ordinals[ordinal];
  if (format == 0 || formats->file->rodata[format - 1].size > FORMAT_BYTES_MAX) return (struct rdo_bytes){NULL, 0};
  return formats->file->rodata[format - 1];
}

// Code that does not load is told of and is no failure; that memory ran out says nothing about the file.
static enum rondo_status write_dispatches(struct rdo_bytes format, struct rdo_bytes data, const struct rdo_writer *w, struct rondo_diag *diag) {
  struct rondo_diag reason = {RONDO_OK, 0, ""};
  struct rdo_executable *executable;
  enum rondo_status status = rdo_executable_load(format, data, NULL, 0, &executable, &reason);
  if (status == RONDO_RESOURCE_EXHAUSTED) return rdo_fail(diag, status, "%s", reason.message);
  if (status != RONDO_OK) {
    rdo_write(w, "    not loadable: %s\n", reason.message);
    return RONDO_OK;
  }
  for (uint32_t i = 0; i < executable->export_count; ++i) {
    const struct rdo_dispatch_attrs *attrs = &executable->attrs[i];
    rdo_write(w, "    %3u %s  %u constants, %u bindings, %u bytes local\n", i, executable->names[i], attrs->constant_count, attrs->binding_count,
              attrs->local_memory_pages * (unsigned)RDO_LOCAL_MEMORY_PAGE_BYTES);
  }
  rdo_object_release(&executable->object);
  return RONDO_OK;
}

// One executable: by the program's word for its format, or else by its own.
static enum rondo_status write_executable(uint32_t ordinal, struct rdo_bytes format, struct rdo_bytes data, bool with_dispatches,
                                          const struct rdo_writer *w, struct rondo_diag *diag) {
  char own_format[FORMAT_BYTES_MAX] = "embedded-elf-";
  const char *arch = elf_arch(data);
  if (format.size == 0) {
    strcat(own_format, arch);
    format = (struct rdo_bytes){(const uint8_t *)own_format, strlen(own_format)};
  }
  bool is_supported = rdo_executable_format_supported(format);
  const char *why = is_supported ? "" : arch == NULL ? " (format not supported)" : " (not for this machine)";
  rdo_write(w, "  rodata[%u]  %.*s, %llu bytes%s\n", ordinal, TEXT(format), (unsigned long long)data.size, why);
  return is_supported && with_dispatches ? write_dispatches(format, data, w, diag) : RONDO_OK;
}

static enum rondo_status write_executables(const struct rdo_module_file *file, bool with_dispatches, const struct rdo_writer *w,
                                           struct rondo_diag *diag) {
  struct formats formats;
  bool has_header = false;
  enum rondo_status status = init_formats(&formats, file, diag);
  for (uint32_t i = 0; i < file->rodata_count && status == RONDO_OK; ++i) {
    struct rdo_bytes format = format_of(&formats, i);
    if (format.size == 0 && elf_arch(file->rodata[i]) == NULL) continue;
    if (!has_header) rdo_write(w, "executables\n");
    has_header = true;
    status = write_executable(i, format, file->rodata[i], with_dispatches, w, diag);
  }
  deinit_formats(&formats);
  return status;
}

static enum rondo_status write_module(struct rdo_bytes bytes, unsigned sections, const struct rdo_writer *w, struct rondo_diag *diag) {
  struct rdo_module_file file;
  enum rondo_status status = rdo_module_file_read(bytes, &file, diag);
  if (status == RONDO_OK) {
    if ((sections & RONDO_INSPECT_SUMMARY) != 0) write_summary(&file, w);
    if ((sections & RONDO_INSPECT_FUNCTIONS) != 0) write_functions(&file, w);
    if ((sections & RONDO_INSPECT_IMPORTS) != 0) write_imports(&file, w);
    if ((sections & (RONDO_INSPECT_EXECUTABLES | RONDO_INSPECT_DISPATCHES)) != 0) {
      status = write_executables(&file, (sections & RONDO_INSPECT_DISPATCHES) != 0, w, diag);
    }
    for (uint32_t i = 0; (sections & RONDO_INSPECT_DISASSEMBLY) != 0 && i < file.function_count && status == RONDO_OK; ++i) {
      rdo_write(w, "\n");
      status = rdo_disassemble(&file, i, w, diag);
    }
  }
  rdo_module_file_deinit(&file);
  return status;
}

enum rondo_status rondo_inspect_module(const struct rondo_module_source *source, unsigned sections, rondo_write_fn write, void *user,
                                       struct rondo_diag *diag) {
  const struct rdo_writer w = {write, user};
  const char *path = source->path != NULL ? source->path : "module";
  enum rondo_status status;
  if (source->data != NULL) {
    status = write_module((struct rdo_bytes){source->data, source->size}, sections, &w, diag);
  } else {
    struct rdo_mapping *mapping;
    status = rdo_mapping_open(path, &mapping, diag);
    if (status == RONDO_OK) {
      status = write_module(mapping->bytes, sections, &w, diag);
      rdo_object_release(&mapping->object);
    }
  }
  if (status != RONDO_OK) rdo_prefix(diag, "%s", path);
  return status;
}

// Recordings -----------------------------------------------------------------------------------------

enum { BUFFERS_NUMBERED_MAX = 256 };

// Buffers that a recording names itself have no names: they are told apart by their place among what it holds.
static void write_buffer(const struct rdo_recording *recording, const struct rdo_buffer *buffer, const struct rdo_writer *w) {
  for (size_t i = 0; i < recording->resource_count && i < BUFFERS_NUMBERED_MAX; ++i) {
    if (recording->resources[i] != &buffer->object) continue;
    rdo_write(w, "buffer #%zu", i);
    return;
  }
  rdo_write(w, "buffer");
}

static void write_ref(const struct rdo_recording *recording, const struct rdo_buffer_ref *ref, const struct rdo_writer *w) {
  if (ref->buffer != NULL) write_buffer(recording, ref->buffer, w);
  else rdo_write(w, "slot %u", ref->slot);
  rdo_write(w, "[%llu", (unsigned long long)ref->offset);
  if (ref->length == RDO_WHOLE_BUFFER) rdo_write(w, "...]");
  else rdo_write(w, "+%llu]", (unsigned long long)ref->length);
}

static void write_dispatch(const struct rdo_recording *recording, const struct rdo_command_dispatch *dispatch, const struct rdo_writer *w) {
  rdo_write(w, "dispatch %s  ", dispatch->executable->names[dispatch->export_index]);
  if (dispatch->is_indirect) {
    rdo_write(w, "workgroups from ");
    write_ref(recording, &dispatch->workgroup_ref, w);
  } else {
    rdo_write(w, "%ux%ux%u workgroups", dispatch->workgroup_count[0], dispatch->workgroup_count[1], dispatch->workgroup_count[2]);
  }
  if (rdo_dispatch_is_sequential(dispatch)) rdo_write(w, ", one after the other");
  for (uint32_t i = 0; i < dispatch->constant_count; ++i) rdo_write(w, "%s%u", i == 0 ? "  constants " : " ", rdo_dispatch_constants(dispatch)[i]);
  for (uint32_t i = 0; i < dispatch->binding_count; ++i) {
    rdo_write(w, i == 0 ? "  bindings " : ", ");
    write_ref(recording, &rdo_dispatch_bindings(dispatch)[i], w);
  }
}

static void write_command(const struct rdo_recording *recording, const struct rdo_command *command, const struct rdo_writer *w) {
  const void *body = command;
  rdo_write(w, "  region %3u  ", command->region);
  switch ((enum rdo_command_kind)command->kind) {
    case RDO_COMMAND_DISPATCH: write_dispatch(recording, body, w); break;
    case RDO_COMMAND_FILL: {
      const struct rdo_command_fill *fill = body;
      rdo_write(w, "fill ");
      write_ref(recording, &fill->target, w);
      rdo_write(w, " with 0x%llX (%u bytes)", (unsigned long long)fill->pattern, fill->pattern_length);
      break;
    }
    case RDO_COMMAND_COPY: {
      const struct rdo_command_copy *copy = body;
      rdo_write(w, "copy ");
      write_ref(recording, &copy->source, w);
      rdo_write(w, " to ");
      write_ref(recording, &copy->target, w);
      break;
    }
    case RDO_COMMAND_UPDATE: {
      const struct rdo_command_update *update = body;
      rdo_write(w, "update ");
      write_ref(recording, &update->target, w);
      rdo_write(w, " with %llu bytes", (unsigned long long)update->data_length);
      break;
    }
    default: break;
  }
  rdo_write(w, "\n");
}

// What stands behind the words that say which recording it is, and its commands.
static void write_recording(const struct rdo_recording *recording, const struct rdo_writer *w) {
  rdo_write(w, "  %u commands (%u dispatches) in %u regions, %u binding slots\n", recording->command_count, recording->dispatch_count,
            recording->region_count, recording->slot_capacity);
  const struct rdo_command *command = recording->first;
  while (command != NULL && command->kind != RDO_COMMAND_RETURN) {
    if (command->kind == RDO_COMMAND_BRANCH) {
      command = ((const struct rdo_command_branch *)(const void *)command)->target;
      continue;
    }
    if (command->kind != RDO_COMMAND_BARRIER) write_command(recording, command, w);
    command = rdo_command_next(command);
  }
}

int rondo_inspect_recordings(const struct rondo_model *model, rondo_write_fn write, void *user) {
  const struct rdo_writer w = {write, user};
  int count = 0;
  for (const struct rdo_module *module = model->context.modules; module != NULL; module = module->next) {
    for (uint32_t i = 0; i < module->file.global_ref_count; ++i) {
      struct rdo_object *object = module->global_refs[i];
      if (object == NULL || object->type != &rdo_recording_type) continue;
      const struct rdo_recording *recording = rdo_recording_of(object);
      if (!recording->is_final) continue;
      rdo_write(&w, "recording %.*s global[%u]", TEXT(module->file.name), i);
      write_recording(recording, &w);
      ++count;
    }
  }
  return count;
}

static void write_new_recording(void *user, const struct rdo_recording *recording) {
  struct rondo_runtime *runtime = user;
  const struct rdo_writer w = {runtime->inspected.write, runtime->inspected.user};
  rdo_write(&w, "recording made %u", ++runtime->inspected.count);
  write_recording(recording, &w);
}

void rondo_inspect_new_recordings(struct rondo_runtime *runtime, rondo_write_fn write, void *user) {
  runtime->inspected.write = write;
  runtime->inspected.user = user;
  runtime->inspected.count = 0;
  runtime->device->recorded_user = runtime;
  runtime->device->recorded = write == NULL ? NULL : write_new_recording;
}
