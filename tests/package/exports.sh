#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# exports.sh LIBRARY: the shared library defines rondo_* and nothing else, and has a SONAME.
set -eu
library=$1

names=$(nm -D --defined-only "$library" | awk '{print $NF}' | sed 's/@.*//')
strangers=$(echo "$names" | grep -v '^rondo_' || true)
if [ -n "$strangers" ]; then
  echo "exports: names without the prefix rondo_ leave the library:" $strangers
  exit 1
fi
if ! echo "$names" | grep -qx rondo_version; then
  echo "exports: rondo_version is not exported: is RONDO_API missing?"
  exit 1
fi
if ! readelf -d "$library" | grep -q 'SONAME.*\[librondo\.so\.[0-9]*\]'; then
  echo "exports: no SONAME of the form librondo.so.N"
  exit 1
fi
echo "exports: $(echo "$names" | wc -l) names, all rondo_*"
