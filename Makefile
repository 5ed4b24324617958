# One habit, one command. Needs git, Python 3.11+, make and a package index.
PYTHON ?= python3
BIN := .venv/bin
STATE := $(CURDIR)/.xero_pipeline

# Hundreds of processes are started by the tests: what they import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo ui test lint typecheck bench bench-million soak lock clean

install: .venv/installed

.venv/installed: requirements.lock setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

demo: install
	$(BIN)/xero-pipeline demo

ui: install
	$(BIN)/xero-pipeline ui

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

typecheck: install
	$(BIN)/mypy

test: lint typecheck
	$(BIN)/dagster definitions validate --module-name xero_pipeline.definitions
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: install
	$(BIN)/python -m xero_pipeline_tests.benchmarks

bench-million: install
	$(BIN)/python -m xero_pipeline_tests.benchmarks --million

# Hours: what the tests in proof/ run for seconds, and whether they would notice a loss.
soak: install
	$(BIN)/python -m xero_pipeline_tests.proof mutations
	$(BIN)/python -m xero_pipeline_tests.proof schedules --count 10000
	$(BIN)/python -m xero_pipeline_tests.proof kills --count 2000
	$(BIN)/python -m xero_pipeline_tests.proof writebacks --count 200

lock:
	$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url \
	  --extra dev --constraint constraints.txt --output-file requirements.lock setup.cfg

clean:
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache
