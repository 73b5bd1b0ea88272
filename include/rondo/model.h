// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Models: one or more `.vmfb` modules linked together, their functions, and calling them.

#ifndef RONDO_MODEL_H_
#define RONDO_MODEL_H_

#include <stdbool.h>

#include "rondo/runtime.h"
#include "rondo/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_model;
struct rondo_function;

// Where a module's bytes come from: a file, or memory.
struct rondo_module_source {
  const char *path;  // file to read, or the name to use in messages when `data` is set
  // NULL = read `path`; else 64-byte aligned and borrowed until the model is released, and with it the tensors
  // that it returned and its calls: constants are used in place.
  const void *data;
  uint64_t size;     // bytes of `data`
};

// Maps modules, checks every byte of them, links them and runs their initializers.
//   runtime       borrowed; the model keeps what it needs of it
//   sources       borrowed, sources[source_count], each module before those that import it
//   out_model     owned by caller, end with rondo_model_release; NULL on error
//   diag          optional, filled unless OK: file, place, reason
//   returns       OK, NOT_FOUND (file, import or dependency missing), INVALID_ARGUMENT (malformed),
//                 UNIMPLEMENTED, UNAVAILABLE or INCOMPATIBLE (no kernel variant for this machine),
//                 RESOURCE_EXHAUSTED, or what an initializer failed with; nothing is kept on error
//   thread        any                phase  setup
// A module with native kernels is native code: load only what you would also run (docs/trust.md).
RONDO_API enum rondo_status rondo_model_load(struct rondo_runtime *runtime,
                                             const struct rondo_module_source *sources, int source_count,
                                             struct rondo_model **out_model,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a model and nulls the pointer; NULL and pointer to NULL are fine. No thread may be inside a call of
// it; what asynchronous calls have left to be done is done, and tensors it returned stay valid.
//   thread        one at a time, not inside a callback      phase  setup
RONDO_API void rondo_model_release(struct rondo_model **model);

// The public functions, in file order, modules in load order. Initializers and other functions whose
// name begins with "__" are not among them. Pointers live as long as the model.
//   index         0 .. count-1
//   thread        any                phase  rt
RONDO_API int rondo_model_function_count(const struct rondo_model *model);
RONDO_API const struct rondo_function *rondo_model_function(const struct rondo_model *model, int index);

// Finds a function by name.
//   name          "module.function", or "function" of the module loaded last that has it; NULL = the
//                 one function a user would mean: the last module's only one, "$async" twins not counted
//   out_function  borrowed from the model; NULL on error
//   diag          optional, filled unless OK; lists what there is
//   returns       OK, NOT_FOUND (no such function, or several and no name)
//   thread        any                phase  setup
RONDO_API enum rondo_status rondo_model_find(const struct rondo_model *model, const char *name,
                                             const struct rondo_function **out_function,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

enum { RONDO_PARAMETER_RANK_MAX = 16 };

// One argument or result as far as the file tells. Functions without an ABI declaration (those of
// the ONNX and PyTorch importers) tell only that it is some reference.
struct rondo_parameter {
  enum rondo_value_kind kind;  // OBJECT: a reference whose type the file does not tell
  char name[64];               // "" when the file does not tell
  bool has_shape;              // element_type, rank and dims are known
  uint32_t element_type;
  int rank;
  int64_t dims[RONDO_PARAMETER_RANK_MAX];  // elements; -1 = any
};

// Describes a function. Strings live as long as the model. A parameter is read from the declaration at each
// call: in time linear in its length.
//   index         0 .. count-1       out_parameter  filled
//   thread        any                phase  rt
RONDO_API const char *rondo_function_name(const struct rondo_function *function);         // "main"
RONDO_API const char *rondo_function_module_name(const struct rondo_function *function);  // "module"
RONDO_API int rondo_function_argument_count(const struct rondo_function *function);
RONDO_API int rondo_function_result_count(const struct rondo_function *function);
RONDO_API void rondo_function_argument(const struct rondo_function *function, int index,
                                       struct rondo_parameter *out_parameter);
RONDO_API void rondo_function_result(const struct rondo_function *function, int index,
                                     struct rondo_parameter *out_parameter);

// True when the last two arguments are a wait and a signal fence (the "coarse-fences" ABI): results
// return at once, their contents are valid when the signal fence is reached. Either may be NONE:
// start now; tell nobody. The call holds what it needs: inputs, wait fence excepted (rondo_fence_release), may
// be released when it has returned. A failure after that fails the signal fence, and nothing else.
RONDO_API bool rondo_function_is_async(const struct rondo_function *function);

// Value of a reflection attribute such as "iree.abi.declaration"; NULL when absent.
RONDO_API const char *rondo_function_attribute(const struct rondo_function *function, const char *key);

// Attributes in file order; false past the last.
RONDO_API bool rondo_function_attribute_at(const struct rondo_function *function, int index, const char **out_key,
                                           const char **out_value);

// Calls a function and returns when its host program has finished: for a synchronous function when
// the results are there.
//   inputs        borrowed, inputs[input_count], input_count == the function's argument count; scalars
//                 are converted to the argument's type as a C cast between integers or floats does
//   outputs       outputs[output_count], output_count == the result count; on OK each is owned by the
//                 caller, end with rondo_value_release; on error all are NONE
//   diag          optional, filled unless OK
//   returns       OK, INVALID_ARGUMENT (arity, type or shape), RESOURCE_EXHAUSTED, INCOMPATIBLE (the
//                 function asks for CPU features this machine lacks), FAILED_PRECONDITION (it would wait, inside
//                 a callback on a thread that works), or what the program failed with
//   thread        any; calls into one model run one after the other; inside a callback asynchronous functions only
//   phase         steady (allocates tensors)
RONDO_API enum rondo_status rondo_function_invoke(const struct rondo_function *function, int input_count,
                                                  const struct rondo_value *inputs, int output_count,
                                                  struct rondo_value *outputs,
                                                  struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_MODEL_H_
