// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What jobs files and the player mean alike.

#ifndef RONDO_JOB_H_
#define RONDO_JOB_H_

#ifdef __cplusplus
extern "C" {
#endif

// What happens to a release that comes while the instance before it is still at work.
enum rondo_overrun {
  RONDO_OVERRUN_SKIP,    // it does not take place
  RONDO_OVERRUN_QUEUE,   // it follows as soon as possible, late
  RONDO_OVERRUN_CANCEL,  // the late one is cancelled: what has not started is taken back, the result of what runs is dropped
  RONDO_OVERRUN_DEGRADE  // it follows, but calls another function
};

// What ends when an instance fails.
enum rondo_on_error {
  RONDO_ON_ERROR_CONTAIN,  // its job
  RONDO_ON_ERROR_STOP      // everything
};

#ifdef __cplusplus
}
#endif
#endif  // RONDO_JOB_H_
