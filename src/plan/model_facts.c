// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/model_facts.h"

#include <stdio.h>
#include <string.h>

int rdo_port_index(const char *text, int count, bool is_result) {
  int index = 0;
  if (strcmp(text, is_result ? "output" : "input") == 0) return count > 0 ? 0 : -1;
  for (const char *digit = text; *digit != '\0'; ++digit) {
    if (*digit < '0' || *digit > '9' || index > count) return -1;
    index = index * 10 + (*digit - '0');
  }
  return text[0] != '\0' && index < count ? index : -1;
}

int rdo_function_facts_port(const struct rdo_function_facts *function, const char *text, bool is_result) {
  const struct rdo_port_facts *ports = is_result ? function->results : function->arguments;
  int count = is_result ? function->result_count : function->argument_count;
  for (int i = 0; i < count; ++i) {
    if (ports[i].name[0] != '\0' && strcmp(ports[i].name, text) == 0) return i;
  }
  return rdo_port_index(text, count, is_result);
}

const struct rdo_function_facts *rdo_model_facts_find(const struct rdo_model_facts *model, const char *name) {
  size_t length = strlen(model->module);
  if (name[0] == '\0') return model->only >= 0 ? &model->functions[model->only] : NULL;
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < model->function_count; ++i) {
      if (strcmp(model->functions[i].name, name) == 0) return &model->functions[i];
    }
    if (strncmp(name, model->module, length) != 0 || name[length] != '.') return NULL;
    name += length + 1;
  }
  return NULL;
}

void rdo_model_facts_list(const struct rdo_model_facts *model, char *buffer, int capacity) {
  int length = snprintf(buffer, (size_t)capacity, "%s", model->function_count == 0 ? "none" : "");
  for (int i = 0; i < model->function_count && length < capacity; ++i) {
    length += snprintf(buffer + length, (size_t)(capacity - length), "%s%.60s", i > 0 ? ", " : "", model->functions[i].name);
  }
}
