#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
#
# install-deps.sh GROUP...: sees to it that what a target needs is there.
#
#   build   compiler and build tools                         apt
#   test    what `make check` needs beside it                apt
#   browser Chromium, which runs the scripts of reports: large, so `make check` installs it with BROWSER=1 alone   apt
#   cross   other processors, for `make check-all`           apt
#   lint    for `make lint` and `make format`                apt
#   bench   for `make bench`: peers of bench_parallel        apt
#   python  the peer and ONNX, into build/venv               pip
#   cpsat   the peer of bench/fjsp.py, into build/venv-cpsat pip
#
# As root, or with CI=true and sudo, missing packages of the distribution are installed; otherwise the
# command that would do it is printed, and the script fails. Quick when nothing is missing.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

packages() {
  case $1 in
    build) echo gcc libc6-dev make cmake ninja-build libjansson-dev ;;
    test) echo g++ clang libclang-rt-dev libcmocka-dev python3 python3-venv pkg-config git spin graphviz binutils libhwloc-dev ;;
    cross) echo gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user ;;
    lint) echo clang-tidy clang-format ;;
    browser) echo chromium ;;
    bench) echo python3 python3-venv g++ libpthreadpool-dev libtbb-dev ;;
    python | cpsat) echo python3 python3-venv ;;
    *) echo "install-deps: no group '$1' (build, test, browser, cross, lint, bench, python, cpsat)" >&2; exit 2 ;;
  esac
}

is_installed() {
  # "install ok installed"; a name that another package provides does not occur in the lists above.
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2> /dev/null | grep -qx installed
}

# The distribution's packages.
install_packages() {
  missing=""
  for group in "$@"; do
    for package in $(packages "$group"); do
      case " $missing " in *" $package "*) continue ;; esac
      is_installed "$package" || missing="$missing $package"
    done
  done
  [ -n "$missing" ] || return 0
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    if [ "${CI:-}" = true ] && command -v sudo > /dev/null; then
      as_root="sudo"
    else
      echo "Some packages are missing. Install them, then run this again:" >&2
      echo "" >&2
      echo "    sudo apt-get install --no-install-recommends$missing" >&2
      exit 1
    fi
  fi
  echo "Installing:$missing"
  $as_root apt-get -qq update
  # shellcheck disable=SC2086  # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing > /dev/null
}

# The Python packages of a file, once for each state of it. Debian's interpreter is asked for by its
# place, because another one earlier in PATH may lack wheels of these versions.
install_python() {
  requirements=$root/scripts/$1
  venv=$root/build/$2
  stamp=$venv/requirements.sha256
  wanted=$(sha256sum < "$requirements")
  [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2> /dev/null)" = "$wanted" ] && return 0
  echo "Installing Python packages into build/$2"
  python=/usr/bin/python3
  [ -x $python ] || python=python3
  $python -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir -r "$requirements"
  echo "$wanted" > "$stamp"
}

if ! command -v dpkg-query > /dev/null; then
  echo "install-deps: not a Debian system: nothing is checked here, see README.md for what is needed" >&2
else
  install_packages "$@"
fi
for group in "$@"; do
  case $group in
    python | bench) install_python requirements.txt venv ;;
    # Apart: it wants another protobuf than what reads the traces.
    cpsat) install_python requirements-cpsat.txt venv-cpsat ;;
  esac
done
