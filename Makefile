# Each target does its own set-up; a second run finds it done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := pyproject.toml lab/pyproject.toml constraints.txt build_compiled.py \
  $(wildcard src/deixis/*/c/*.[ch] src/deixis/*/*/c/*.[ch])
WORKERS ?= 2
COMMA := ,

# a machine as most people have it, and one with the lowest versions that pyproject.toml allows;
# torch comes with CUDA's libraries there: some 7 GB
TORCHVISION := .venv-torchvision
LOWEST := .venv-lowest
TESTS_OF_PIXELS := tests/models tests/priors tests/pixel tests/sources \
  tests/train/test_vip_llava.py lab/tests/zoo/training/test_lending.py
TESTS_OF_LOWEST := tests/core tests/coordinates tests/marks tests/encodings tests/models \
  tests/ask tests/test_import.py tests/test_floors.py

RELEASING := .venv-release

.PHONY: demo test test-long night pages coverage test-torchvision test-lowest check benchmarks fuzz docs release clean

demo: $(READY)
	$(BIN)/deixis demo

# with COVERED=1 each adds the lines that it runs to .coverage, which `make coverage` reports; loops in
# Python are then up to ten times as slow
COVER := $(if $(COVERED),--cov --cov-append --cov-report= --cov-fail-under=0)
PYTEST = $(BIN)/pytest -q -n $(WORKERS) --durations=10 $(COVER)
test: $(READY)
	$(PYTEST) -m "not long"

# kills, studies, builds, and every combination of what `test` tries pairwise
test-long: $(READY)
	$(PYTEST) -m "long and not night"

# thousands of cases each, for hours when nobody waits
night: $(READY)
	$(PYTEST) --hypothesis-profile=night -m "night or hypothesis"

# what checks the studio's pages beside Chromium: TypeScript for their types, axe for screen readers;
# and annotorious, which benchmarks/canvas.py compares with. Tests leave out what needs them without
PAGES := tests/studio/node_modules/.ready
pages: $(PAGES)
$(PAGES): tests/studio/package.json
	npm install --prefix tests/studio --no-audit --no-fund --no-package-lock
	touch $@

coverage: $(READY)
	$(BIN)/coverage report --skip-covered

test-torchvision: $(TORCHVISION)/.ready
	$(TORCHVISION)/bin/pytest -q -n $(WORKERS) $(TESTS_OF_PIXELS)

# anyio's plugin, of a version that fits typing-extensions 4.12, warns with pytest 9.2; peft 0.19
# warns when it saves an adapter of a model without a name
test-lowest: $(LOWEST)/.ready
	$(LOWEST)/bin/pytest -q -n $(WORKERS) -p no:anyio \
	  -W 'ignore:Could not find a config file' $(TESTS_OF_LOWEST)

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

# the site in build/docs/html; a link that leads nowhere, or a public name without an entry, fails it
docs: $(READY) $(VENV)/.docs
	$(BIN)/python -m docs.site.build --out build/docs

$(VENV)/.docs: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group docs
	touch $@

# an archive and two wheels in dist, each tried in an empty environment; nothing is uploaded
release: $(RELEASING)/.ready
	$(RELEASING)/bin/python release.py --out dist --constraint constraints.txt

# $(1): what holds the versions, $(2): Deixis with its extras
define environment
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Deixis needs Python 3.11 or later"'
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(@D)/bin/python -m pip install --quiet --constraint $(1) torch
	$(@D)/bin/python -m pip install --quiet --constraint $(1) --editable "$(2)" --editable lab --group dev
	touch $@
endef

$(READY): $(SOURCES)
	$(call environment,constraints.txt,.[all])

$(TORCHVISION)/.ready: $(SOURCES) constraints-torchvision.txt
	mkdir -p $(@D)
	grep -v '^torch==' constraints.txt | cat - constraints-torchvision.txt > $(@D)/constraints.txt
	$(call environment,$(@D)/constraints.txt,.[all$(COMMA)video])

$(LOWEST)/.ready: $(SOURCES) constraints-lowest.txt
	$(call environment,constraints-lowest.txt,.[all])

$(RELEASING)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(@D)/bin/python -m pip install --quiet --constraint constraints.txt --group release
	touch $@

clean:
	rm -rf $(VENV) $(TORCHVISION) $(LOWEST) $(RELEASING) build dist demo .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
