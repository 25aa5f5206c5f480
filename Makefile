# Each target does its own set-up; a second run finds it done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check benchmarks fuzz clean

demo: $(READY)
	$(BIN)/deixis demo

test: $(READY)
	$(BIN)/pytest -q -n 2 --cov --cov-report=term:skip-covered --durations=10

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# inputs made to harm, SECONDS of them in all; what they find is kept in runs/fuzz
SECONDS ?= 60
fuzz: $(READY)
	$(BIN)/python -m fuzz --seconds $(SECONDS)

benchmarks: $(READY)
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

$(READY): pyproject.toml constraints.txt build_compiled.py $(wildcard src/deixis/*/c/*.[ch] src/deixis/*/*/c/*.[ch])
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Deixis needs Python 3.11 or later"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[all]" --group dev
	touch $(READY)

clean:
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
