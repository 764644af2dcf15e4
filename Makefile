# One entry for people and for CI. Every target makes its own virtual environment when it is missing.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out
N ?= 1000000
DIR ?= $(wildcard ../shared/conformance)
# The quick tests: what `make test` runs. CI narrows it on further Python versions.
TESTS ?= tests
# How many examples property tests get, as tests/conftest.py says: usual, few or thorough.
EXAMPLES ?= usual
# Each process has half of the tests, file by file, so that it makes what the tests of a file share; the one that is done
# first takes some of the other's.
PARALLEL := -n 2 --dist worksteal
# Seconds; CI takes a minute.
SOAK ?= 1200
# Tests start hundreds of processes, which would each compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
# Parts of the benchmarks; python -m benchmarks --help lists them.
BENCH ?= all

.DEFAULT_GOAL := help
.PHONY: help index demo test test-all drills soak check conformance bench scale agreement oracles lab gallery clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 14

# ---------------------------------------------------------------- environments
# A stamp for each set of packages: made anew when pyproject.toml or the interpreter's environment changes.

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/run.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/test.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable . --group test
	touch $@

$(VENV)/dev.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@ $(VENV)/test.stamp

$(VENV)/bench.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable . --group bench
	touch $@

$(VENV)/test-all.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable . --group test-all
	touch $@ $(VENV)/test.stamp $(VENV)/bench.stamp

$(OUT):
	mkdir -p $@

# ---------------------------------------------------------------- targets

demo: $(VENV)/run.stamp | $(OUT)  ## a million expressions, run and compared (N=1000000)
	$(BIN)/xlmill generate $(N) -o $(OUT)/demo.txt
	$(BIN)/xlmill run $(OUT)/demo.txt -o $(OUT)/demo.parquet
	$(BIN)/python tools/first_rows.py $(OUT)/demo.parquet
	$(BIN)/xlmill generate 20000 -o $(OUT)/demo_slice.txt
	$(BIN)/xlmill compare $(OUT)/demo_slice.txt --budget 45s -o $(OUT)/demo.html

test: $(VENV)/test.stamp  ## the quick tests (TESTS=tests)
	$(BIN)/python -m pytest -m "not slow" $(PARALLEL) --hypothesis-profile $(EXAMPLES) $(TESTS)

test-all: $(VENV)/test-all.stamp  ## every test, also those of minutes
	$(BIN)/python -m pytest $(PARALLEL) --hypothesis-profile thorough tests

drills: $(VENV)/test.stamp  ## faults injected on purpose, and a table of what came of it: benchmarks/DRILLS.md
	$(BIN)/python -m pytest -m drill tests --drill-table benchmarks/DRILLS.md

soak: $(VENV)/test.stamp  ## workers struck at random, every row exactly once (SOAK=1200 seconds)
	$(BIN)/python -m tools.soak --seconds $(SOAK)

index: $(VENV)/dev.stamp  ## the index of functions, after one came or went
	$(BIN)/python tools/index_functions.py

check: $(VENV)/dev.stamp  ## lint, types, floors, links
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_docs.py

conformance: $(VENV)/run.stamp | $(OUT)  ## against values that Excel computed (DIR=folder of .jsonl cases)
	$(BIN)/python tools/conformance.py $(or $(DIR),tests/conformance) --json $(OUT)/conformance.jsonl

bench: $(VENV)/bench.stamp  ## beside other engines: benchmarks/RESULTS.md (BENCH=w1, main, guards, starts, ...)
	$(BIN)/python -m benchmarks $(BENCH)

scale: $(VENV)/test.stamp  ## what a cluster costs here, and many machines simulated
	$(BIN)/python -m benchmarks.scale

agreement: $(VENV)/bench.stamp  ## the lab beside pyperf on the same work: within 5 %?
	$(BIN)/python -m benchmarks.agreement

oracles: $(VENV)/bench.stamp  ## where other engines give other answers, by cause
	$(BIN)/python -m tools.oracles

lab: $(VENV)/run.stamp | $(OUT)  ## the lab's suites; reports in out/
	$(BIN)/xlmill compare --suite article -o $(OUT)/article.html --json $(OUT)/article.json
	$(BIN)/xlmill compare --suite planner -o $(OUT)/planner.html --json $(OUT)/planner.json
	$(BIN)/xlmill compare --suite io -o $(OUT)/io.html --json $(OUT)/io.json

gallery: $(VENV)/run.stamp | $(OUT)  ## the article suite, and its report and pictures into docs/gallery/
	$(BIN)/xlmill compare --suite article --json $(OUT)/article.json
	$(BIN)/python tools/gallery.py $(OUT)/article.json docs/gallery

clean:  ## remove environments, caches and outputs
	rm -rf $(VENV) .venv-* $(OUT) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
