#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# verify.sh MODEL WORK_DIR [SPIN]: MODEL must hold, and each weakened form of it must fail. The forms
# are the names in the model's line "// WEAK: NAME...", each compiled in by -DWEAK_NAME.
set -eu
model=$1
work=$2
spin=${3:-}
if [ -z "$spin" ] || [ "${spin%NOTFOUND}" != "$spin" ]; then
  echo "skipped: spin is not installed (Debian: spin)"
  exit 77
fi
rm -rf "$work"

errors() {  # errors NAME [-D...]: explores every state, prints how many errors there are
  mkdir -p "$work/$1"
  cd "$work/$1"
  shift
  "$spin" "$@" -a "$model" > spin.log 2>&1 || { cat spin.log >&2; exit 1; }
  # Most weakened forms fail within a second, and the compiler would take longer than that.
  if [ "$#" = 0 ]; then level=-O2; else level=-O0; fi
  cc $level -DSAFETY -w -o pan pan.c
  ./pan -m100000 -w20 > pan.log 2>&1 || true
  if ! grep -q 'State-vector' pan.log || grep -q 'max search depth too small' pan.log; then
    cat pan.log >&2
    exit 1
  fi
  sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log
}

count=$(errors strong)
if [ "$count" != 0 ]; then
  echo "the protocol fails:"
  cat "$work/strong/pan.log"
  exit 1
fi
echo "holds: $(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' "$work/strong/pan.log") states"
for weak in $(sed -n 's|^// WEAK: ||p' "$model"); do
  count=$(errors "$weak" "-DWEAK_$weak")
  if [ "$count" = 0 ]; then
    echo "weakened by $weak the model still holds: it cannot see what it is there to show"
    exit 1
  fi
  echo "weakened by $weak: fails, as it should"
done
