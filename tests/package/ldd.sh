#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# ldd.sh FILE...: the program and the library need the C library and a JSON library at most.
set -eu
allowed='^(linux-vdso|linux-gate|libc|libm|libpthread|libdl|libjansson|ld-linux.*)\.so'

for file in "$@"; do
  needed=$(ldd "$file" | awk '{print $1}' | sed 's|.*/||')
  strangers=$(echo "$needed" | grep -Ev "$allowed" || true)
  if [ -n "$strangers" ]; then
    echo "ldd: $file needs more than the C library and jansson:" $strangers
    exit 1
  fi
  echo "ldd: $(basename "$file"):" $needed
done
