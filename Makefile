# Every target is one command on a machine that has only Python 3.10 or later and make.
# VENV and PYTHON can be given: make test VENV=/tmp/venv PYTHON=python3.13

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
DEMO ?= fixtures/message_branch/bad_girardai.py

BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test lint format proofs docs ecosystem ecosystem-fixes properties fuzz sdk-facts openapi bench clean

help:
	@echo "make demo        show what errlint finds in a client, and how it fixes it"
	@echo "make test        run every check: style, types, import layers, tests"
	@echo "make lint        the checks without the tests"
	@echo "make format      let ruff rewrite the code in the project's style"
	@echo "make proofs      execute every kind of fix, and print what it changed (docs/fixes.md)"
	@echo "make docs        build the documentation as a site into build/site"
	@echo "make ecosystem   run errlint over real packages and compare with the record (ARGS='--new' …)"
	@echo "make ecosystem-fixes  apply every fix to a copy of these packages, and see that they hold (ARGS='--preview' …)"
	@echo "make properties  run the property tests on examples that nobody has seen (ROUNDS=10 …)"
	@echo "make fuzz        look for input that takes errlint down (SECONDS=600 ARGS=fixer …)"
	@echo "make bench       measure errlint beside other linters (ARGS='--files 1000 --rounds 1' …)"
	@echo "make sdk-facts   hold what catalogues say of SDKs against the SDKs (SDKS='openai==1.109.1' …)"
	@echo "make openapi     import the OpenAPI documents of real APIs and compare with the record (ARGS=--update)"
	@echo "make clean       remove what was built and the virtual environment"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("errlint needs Python 3.10 or later, this is " + sys.version if sys.version_info < (3, 10) else 0)'
	$(PYTHON) -m venv $(VENV)

# The stamps are older than pyproject.toml when a dependency or an entry point may have changed.
$(RUN): pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $(RUN) $@

# --exit-zero turns "there are findings" into success and leaves "could not do the job" an error.
demo: $(RUN)
	$(BIN)/errlint check --isolated --exit-zero $(DEMO)
	@echo
	@echo "The fixes:"
	$(BIN)/errlint check --isolated --exit-zero --diff --unsafe-fixes $(DEMO)

test: lint
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

proofs: $(DEV)
	$(BIN)/python -m pytest --quiet -n 0 tests/fixes --update
	@cat docs/fixes.md

docs: $(DEV)
	$(BIN)/python -m docs_site
	@echo "build/site/index.html"

ecosystem: $(DEV)
	$(BIN)/python -m benchmarks.ecosystem $(ARGS)

ecosystem-fixes: $(DEV)
	$(BIN)/python -m benchmarks.ecosystem.fixes $(ARGS)

# The suite draws the same examples each time, so that what one run refuses every run does.
ROUNDS ?= 3
properties: $(DEV)
	for round in $$(seq $(ROUNDS)); do ERRLINT_EXAMPLES=new $(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup -m hypothesis || exit 1; done

# Atheris is no part of the development environment: it has no wheels for every Python that errlint runs on.
SECONDS ?= 60
fuzz: $(DEV)
	$(PIP) 'atheris>=3,<4'
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ARGS)

openapi: $(DEV)
	$(BIN)/python -m benchmarks.openapi $(ARGS)

bench: $(DEV)
	$(BIN)/python -m benchmarks.speed $(ARGS)

# An environment of its own: errlint needs none of these SDKs.
SDK_VENV ?= .venv-sdks
SDKS ?= --requirement benchmarks/sdks/requirements.txt

sdk-facts:
	$(PYTHON) -m venv $(SDK_VENV)
	$(SDK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable . packaging $(SDKS)
	$(SDK_VENV)/bin/python -m benchmarks.sdks

clean:
	rm -rf $(VENV) $(SDK_VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
