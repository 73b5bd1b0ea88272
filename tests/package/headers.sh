#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# headers.sh INCLUDE_DIR CC [CXX]: each public header compiles alone, as C11 and, if there is a
# compiler, as C++17, without extensions and without a warning.
set -eu
include=$1
cc=$2
cxx=${3:-}
warnings="-Wall -Wextra -Wpedantic -Werror"

for header in "$include"/rondo/*.h; do
  name=rondo/$(basename "$header")
  # The -fsyntax-only pass needs an input; a program that includes nothing else is the test.
  echo "#include <$name>" | $cc -x c -std=c11 $warnings -Wstrict-prototypes -I "$include" -fsyntax-only -
  if [ -n "$cxx" ]; then
    echo "#include <$name>" | $cxx -x c++ -std=c++17 $warnings -I "$include" -fsyntax-only -
  fi
  echo "headers: $name"
done
[ -n "$cxx" ] || echo "headers: no C++ compiler, checked as C only"
