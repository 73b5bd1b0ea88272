// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a model's file tells about its functions, as far as jobs are concerned: names, arguments, results, and attributes for
// jobs. Who can open modules fills it (planner/model_reader.h); nothing here does.

#ifndef RDO_PLAN_MODEL_FACTS_H_
#define RDO_PLAN_MODEL_FACTS_H_

#include <stdbool.h>
#include <stdint.h>

// An argument or a result.
struct rdo_port_facts {
  const char *name;     // "" = not told
  int64_t byte_length;  // -1 = not told
};

// Of the attributes of a function those that begin with "rondo.", without that.
struct rdo_attribute_facts {
  const char *key, *value;
};

struct rdo_function_facts {
  const char *name;
  bool takes_fences;  // cannot be played
  struct rdo_port_facts *arguments, *results;
  struct rdo_attribute_facts *attributes;
  int argument_count, result_count, attribute_count;
};

struct rdo_model_facts {
  const char *path;
  const char *module;  // name in the file
  bool is_known;       // false: there is no such file, or it is none of a model
  struct rdo_function_facts *functions;
  int function_count;
  int only;  // the function that is meant where none is named; -1 = there is none, or several
};

// A port by what is written for it where no port has that name: its number, or "input" and "output", which mean the first.
//   returns  -1 = there is none
int rdo_port_index(const char *text, int count, bool is_result);

// An argument or result by its name, or as above; -1 = there is none.
int rdo_function_facts_port(const struct rdo_function_facts *function, const char *text, bool is_result);

// A function by name, "function" or "module.function"; "" = the only one. NULL = there is none.
const struct rdo_function_facts *rdo_model_facts_find(const struct rdo_model_facts *model, const char *name);

// "a, b, c": the functions, as many as fit; "none".
void rdo_model_facts_list(const struct rdo_model_facts *model, char *buffer, int capacity);

#endif  // RDO_PLAN_MODEL_FACTS_H_
