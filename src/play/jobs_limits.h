// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a jobs file and its machine file let only so many jobs have at once: `resources` by name, and the `jobs_max` of the whole machine, of its
// clusters and of its lanes, as resources of a player. A job has work on all lanes that it may use, as long as its call takes.

#ifndef RDO_PLAY_JOBS_LIMITS_H_
#define RDO_PLAY_JOBS_LIMITS_H_

#include "plan/jobs_file.h"
#include "play/player.h"

struct rdo_jobs_limits {
  uint64_t *held;     // owned [job_count][word_count]: a bit for each limit
  uint32_t *numbers;  // owned [limit_count]: of the player's resources; UINT32_MAX = it is for as many as there are
  uint32_t *list;     // owned: of the job asked for last
  uint32_t limit_count, word_count;
};

// Finds them, and adds those to the player that more jobs want than may have.
//   machine     NULL = none: resources are exclusive
//   out_limits  ended with rdo_jobs_limits_deinit, also after an error
enum rondo_status rdo_jobs_limits_make(struct rondo_player *player, const struct rdo_jobs_file *file, const struct rdo_machine_file *machine,
                                       struct rdo_jobs_limits *out_limits, struct rondo_diag *diag) RONDO_MUST_USE;

// The player's resources that a job of the file holds, ascending.
//   returns  borrowed until the next call
const uint32_t *rdo_jobs_limits_of(const struct rdo_jobs_limits *limits, int job, uint32_t *out_count);

void rdo_jobs_limits_deinit(struct rdo_jobs_limits *limits);

#endif  // RDO_PLAY_JOBS_LIMITS_H_
