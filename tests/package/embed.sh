#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# embed.sh SOURCE_DIR CC: builds a project that has this one in it by add_subdirectory. It gets the
# libraries; its build type, its folders, its tests and what it installs stay its own.
set -eu
source=$1
cc=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "embed: $1"
  exit 1
}

mkdir "$scratch/user"
cp "$source/examples/tiny.c" "$scratch/user"
cat > "$scratch/user/CMakeLists.txt" << 'END'
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES C)
enable_testing()
add_subdirectory(${RONDO_SOURCE} rondo)
foreach(kind rondo rondo_shared rondo_static)
  add_executable(tiny_${kind} tiny.c)
  target_link_libraries(tiny_${kind} PRIVATE rondo::${kind})
  add_test(NAME tiny_${kind} COMMAND tiny_${kind} ${RONDO_SOURCE}/models/mlp_f32/mlp_f32.vmfb)
endforeach()
install(FILES tiny.c DESTINATION share)
foreach(variable CMAKE_BUILD_TYPE CMAKE_RUNTIME_OUTPUT_DIRECTORY CMAKE_ARCHIVE_OUTPUT_DIRECTORY CMAKE_EXPORT_COMPILE_COMMANDS)
  if(NOT "${${variable}}" STREQUAL "")
    message(FATAL_ERROR "${variable} became '${${variable}}'")
  endif()
endforeach()
foreach(target rondo example_tiny)
  if(TARGET ${target})
    message(FATAL_ERROR "there is a target ${target}")
  endif()
endforeach()
END
# Without an environment that would set some of this from outside.
unset CMAKE_BUILD_TYPE CMAKE_EXPORT_COMPILE_COMMANDS
build=$scratch/build
cmake -S "$scratch/user" -B "$build" -DRONDO_SOURCE="$source" -DCMAKE_C_COMPILER="$cc" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
cmake --build "$build" -j 2 > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
for kind in rondo rondo_shared rondo_static; do
  [ -x "$build/tiny_$kind" ] || fail "tiny_$kind is not where its project puts programs"
done
(cd "$build" && ctest > "$scratch/log" 2>&1) || { cat "$scratch/log"; exit 1; }
grep -q 'tests failed out of 3$' "$scratch/log" || fail "the project has other tests than its own three"
cmake --install "$build" --prefix "$scratch/prefix" > "$scratch/log" || { cat "$scratch/log"; exit 1; }
[ "$(find "$scratch/prefix" -type f | wc -l)" -eq 1 ] || fail "more is installed than the project's own file"
echo "embed: add_subdirectory"
