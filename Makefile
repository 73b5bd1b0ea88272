# The front door. Each target first sees to it that what it needs is installed (scripts/install-deps.sh:
# installs as root or with CI=true, else prints the command to run) and then calls CMake's presets.
# Building without it: cmake --preset release && cmake --build --preset release

.DEFAULT_GOAL := help
SHELL := /bin/sh
PREFIX ?= /usr/local
RONDO := build/release/bin/rondo
PYTHON := build/venv/bin/python
DEPS := @scripts/install-deps.sh

help: ## this list
	@echo "make TARGET:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name about; do \
	  printf '%-14s %s\n' "$$name" "$$about"; done

demo: release ## build, then run the bundled models and check their results
	@$(RONDO) demo

release: ## build the command and the libraries into build/release
	$(DEPS) build
	@cmake --preset release > /dev/null
	@cmake --build --preset release --target rondo rondo_static rondo_shared

dev: ## build everything for working on it, into build/dev
	$(DEPS) build test
	@cmake --preset dev > /dev/null
	@cmake --build --preset dev

check: ## all tests: gcc, sanitizers, hostile build, conformance sample, fuzz smoke
	$(DEPS) build test python $(if $(BROWSER),browser)
	@/usr/bin/env python3 scripts/check.py

check-all: ## the full matrix: compilers x builds, other processors, all conformance cases
	$(DEPS) build test python cross $(if $(BROWSER),browser)
	@/usr/bin/env python3 scripts/check.py --all

conformance: release ## run every conformance case against IREE's own runner
	$(DEPS) python
	@$(PYTHON) tests/conform/conformance.py --tool $(RONDO)

bench: release ## compare with IREE's runtime: a table, and build/bench/results.json (40 minutes, quiet machine)
	$(DEPS) bench
	@cmake --preset release > /dev/null
	@cmake --build --preset release --target bench_programs
	@$(PYTHON) bench/bench.py

# One after the other: each needs all CPUs. 77: something that it needs is not there, which it says.
bench-play: release ## how plans and jobs are played: tables, and build/bench/*.json (18 minutes, quiet machine)
	@cmake --build --preset release --target bench_wake
	@for script in play peers reference_play handover policies; do \
	  echo "== $$script"; /usr/bin/env python3 bench/$$script.py || [ $$? -eq 77 ] || exit 1; done

bench-plan: release ## how far plans can be believed: tables, and build/bench/*.json (18 minutes, quiet machine)
	@for script in reference_plan fidelity planned_vs_dynamic admission; do \
	  echo "== $$script"; /usr/bin/env python3 bench/$$script.py || [ $$? -eq 77 ] || exit 1; done

bench-fjsp: release ## job shops against OR-Tools' CP-SAT: tables, and build/bench/fjsp.json (35 minutes, quiet machine)
	$(DEPS) cpsat
	@/usr/bin/env python3 bench/fjsp.py || [ $$? -eq 77 ]

bench-table: ## one table of what the benchmarks have written to build/bench, for bench/README.md
	@/usr/bin/env python3 bench/summary.py || [ $$? -eq 1 ]

fuzz: ## fuzz each target for FUZZ_SECONDS (default 60)
	$(DEPS) build test
	@/usr/bin/env python3 scripts/check.py --only fuzz --fuzz-seconds $${FUZZ_SECONDS:-60}

models: ## make the bundled models anew (needs the model compiler)
	$(DEPS) python
	@$(PYTHON) models/generate.py

install: release ## install to PREFIX (default /usr/local); DESTDIR is respected
	@cmake --install build/release --prefix "$(PREFIX)"

format: ## format the lines of C files that differ from the last commit (clang-format)
	$(DEPS) lint
	@git clang-format --force --quiet --extensions c,h HEAD

tidy: ## check the house rules
	@/usr/bin/env python3 tests/tidy/tidy.py

# Its own compile commands: clang-tidy does not know gcc's options. One file a process: version 14 mixes up
# variable argument lists between files.
lint: ## clang-tidy over the library and the command
	$(DEPS) build test lint
	@cmake --preset dev -B build/lint -DCMAKE_C_COMPILER=clang > /dev/null
	@git ls-files -z 'src/*.c' 'tools/*.c' | xargs -0 -n 1 -P $$(nproc) clang-tidy -p build/lint --quiet --warnings-as-errors='*' 2> /dev/null

clean: ## remove all builds; the Python packages and the conformance cache stay
	@find build -mindepth 1 -maxdepth 1 ! -name 'venv*' ! -name conform -exec rm -rf {} + 2> /dev/null || true

.PHONY: help demo release dev check check-all conformance bench bench-play bench-plan bench-fjsp bench-table fuzz models install format tidy lint clean
