# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Medians with their uncertainty, and percentiles that the sample count supports."""

import math
import random
from statistics import median

RESAMPLES = 4000
SEED = 1


def bootstrap_interval(values):
    """95 % interval of the median: medians of resamples, drawn with a fixed seed so that the same values give the same interval."""
    generator = random.Random(SEED)
    medians = sorted(median(generator.choices(values, k=len(values))) for _ in range(RESAMPLES))
    tail = round(0.025 * RESAMPLES)
    return medians[tail], medians[-1 - tail]


def percentile(values, fraction):
    """Smallest value that at least `fraction` of all do not exceed (nearest rank, as in `rondo bench`)."""
    ordered = sorted(values)
    rank = min(max(math.ceil(fraction * len(ordered)), 1), len(ordered))
    return ordered[rank - 1]


def supports(count, fraction):
    """Whether so many samples can tell this percentile from the maximum."""
    return count * (1 - fraction) >= 1 - 1e-9
