# evalium. A machine with Python 3.11, pip and make needs nothing else:
#   make demo    set up, then evaluate and compare three classifiers
#   make test    set up, then run the whole suite
# Everything is safe to repeat: what is already there is not made again.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
WORKERS := $(if $(filter true,$(CI)),2,auto)
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

# A set of packages is there when its stamp is; the stamp's name holds a checksum of the versions it was made from.
stamp = $(VENV)/.stamps/$(1)-$(shell cat requirements/$(1).txt requirements/build.txt pyproject.toml | cksum | cut -d' ' -f1)
DEMO := $(call stamp,demo)
TEST := $(call stamp,test)
LINT := $(call stamp,lint)
DOCS := $(call stamp,docs)
FULL := $(call stamp,full)

.PHONY: help setup setup-full demo example test test-all lint format docs lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(DEMO) ## prepare .venv; the tool is then .venv/bin/evalium

setup-full: $(FULL) ## every extra, torch first, and Chromium where apt-get is: what CI runs with

demo: $(DEMO) ## evaluate three classifiers and compare them (set up included)
	@$(BIN)/evalium demo

example: $(DEMO) ## run one of examples/, with its report in out/: make example NAME=gsm8k
	@test -f "examples/$(NAME)/plan.yaml" || { echo "name an example: make example NAME=..., one of" \
		$(patsubst examples/%/plan.yaml,%,$(wildcard examples/*/plan.yaml)) >&2; exit 2; }
	@if test -f "examples/$(NAME)/run.py"; then $(BIN)/python "examples/$(NAME)/run.py"; else \
		$(BIN)/evalium run "examples/$(NAME)/plan.yaml" -w "examples/$(NAME)/out/workspace" -o "examples/$(NAME)/out/report.html"; fi

test: $(TEST) ## the whole suite; what needs an extra is left out and named (set up included)
	@$(PYTEST) $(ARGS)

test-all: $(TEST) ## the suite with its slow simulations
	@$(PYTEST) --slow $(ARGS)

lint: $(LINT) ## style, types, layers, start-up, file sizes, leaks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m scripts.check_imports
	$(BIN)/python -m scripts.check_file_size
	$(BIN)/python -m scripts.check_leaks
	$(BIN)/python -m scripts.check_startup

format: $(LINT) ## rewrite the sources in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DOCS) ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

lock: $(BIN)/pip ## resolve requirements/*.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(PIP) -r requirements/lock.txt
	@sh scripts/lock.sh $(ARGS)

clean: ## remove everything that make made
	rm -rf $(VENV) site dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "evalium needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 3; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(DEMO) $(TEST) $(LINT) $(DOCS): $(VENV)/.stamps/%: | $(BIN)/pip
	@set -e; name=$*; name=$${name%-*}; \
	echo "installing the $$name packages (once, about a minute)"; \
	$(PIP) -r requirements/build.txt -r requirements/$$name.txt; \
	$(PIP) --no-deps --no-build-isolation -e .; \
	mkdir -p $(@D); touch $@

$(FULL): | $(BIN)/pip
	@echo "installing torch, then every extra (once, some minutes)"
	@$(PIP) -r requirements/torch.txt -c requirements/full.txt
	@$(PIP) -r requirements/build.txt -r requirements/full.txt -c requirements/torch.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@sh scripts/system_packages.sh
	@mkdir -p $(@D); touch $(DEMO) $(TEST) $(LINT) $(DOCS) $@
