// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The picture of a table: by target the plan, and below it what was observed, iteration by iteration, on one axis of
// time from the iterations' start. SVG with a small script that zooms; without the script the picture is whole.

#ifndef RDO_TRACE_PICTURE_H_
#define RDO_TRACE_PICTURE_H_

#include "rondo/trace.h"
#include "trace/summary.h"

enum rdo_picture_frame {
  RDO_PICTURE_FILE,    // a file of its own: title, style and script are in it
  RDO_PICTURE_INLINE,  // part of an HTML page, which has style and script
};

enum { RDO_PICTURE_ITERATION_COUNT = 4 };

//   options  first_iteration ... title of rondo_trace_write_options
//   returns  OK, INVALID_ARGUMENT (no such iteration, an empty span), RESOURCE_EXHAUSTED
enum rondo_status rdo_picture_write(const struct rondo_trace_summary *summary, const struct rondo_trace_write_options *options,
                                    enum rdo_picture_frame frame, struct rdo_text_out *out, struct rondo_diag *diag) RONDO_MUST_USE;

// What a page needs once for all pictures in it.
void rdo_picture_write_style(struct rdo_text_out *out);
void rdo_picture_write_script(struct rdo_text_out *out);

// The class of a family's colour: "c0" to "c7".
int rdo_picture_color(size_t family);

#endif  // RDO_TRACE_PICTURE_H_
