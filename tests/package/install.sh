#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# install.sh SOURCE_DIR BUILD_DIR CC: installs into an empty folder, moves the folder, and builds and
# runs examples/tiny.c against it: through pkg-config (shared and static) and through find_package.
set -eu
source=$1
build=$2
cc=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/first" > "$scratch/log" || { cat "$scratch/log"; exit 1; }
prefix=$scratch/moved  # nothing installed may remember where it was
mv "$scratch/first" "$prefix"
libdir=$(dirname "$(find "$prefix" -name librondo.a)")
model=$prefix/share/rondo/models/mlp_f32/mlp_f32.vmfb

check() {  # check NAME COMMAND...: two numbers come out
  name=$1
  shift
  lines=$(LD_LIBRARY_PATH=$libdir "$@" "$model" | grep -cE '^-?[0-9.]+$')
  [ "$lines" -eq 2 ] || { echo "install: $name printed $lines numbers instead of 2"; exit 1; }
  echo "install: $name"
}

"$prefix/bin/rondo" --version > /dev/null || { echo "install: the installed command does not run"; exit 1; }
(cd / && "$prefix/bin/rondo" demo --min_time=0.01 --duration=0.1 --output="$scratch/demo" > "$scratch/log" 2>&1) || { cat "$scratch/log"; exit 1; }
echo "install: rondo demo"

if command -v pkg-config > /dev/null; then
  export PKG_CONFIG_PATH="$libdir/pkgconfig"
  $cc -std=c11 "$source/examples/tiny.c" -o "$scratch/tiny_shared" $(pkg-config --cflags --libs rondo)
  check "pkg-config, shared" "$scratch/tiny_shared"
  $cc -std=c11 "$source/examples/tiny.c" -o "$scratch/tiny_static" $(pkg-config --cflags rondo) \
    -Wl,-Bstatic $(pkg-config --libs-only-L --libs-only-l rondo) -Wl,-Bdynamic $(pkg-config --static --libs rondo | sed 's/-lrondo//')
  check "pkg-config, static" "$scratch/tiny_static"
else
  echo "install: no pkg-config, its file is not checked"
fi

mkdir "$scratch/user"
cp "$source/examples/tiny.c" "$scratch/user"
cat > "$scratch/user/CMakeLists.txt" << 'END'
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES C)
find_package(rondo 0.1 REQUIRED CONFIG)
foreach(kind rondo rondo_shared rondo_static)
  add_executable(tiny_${kind} tiny.c)
  target_link_libraries(tiny_${kind} PRIVATE rondo::${kind})
endforeach()
if(NOT EXISTS ${rondo_MODELS_DIR}/mlp_f32/mlp_f32.vmfb)
  message(FATAL_ERROR "rondo_MODELS_DIR is ${rondo_MODELS_DIR}")
endif()
END
cmake -S "$scratch/user" -B "$scratch/user/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" > "$scratch/log" 2>&1 &&
  cmake --build "$scratch/user/build" > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
for kind in rondo rondo_shared rondo_static; do check "find_package, $kind" "$scratch/user/build/tiny_$kind"; done
