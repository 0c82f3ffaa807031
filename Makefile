# Muster's front door. Every target sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
ARGS ?=

.PHONY: help setup demo test check format bench bench-smoke soak docs clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml uv.lock scripts/setup
	@scripts/setup "$(PYTHON)" "$(VENV)"
	@touch $@

setup: $(STAMP) ## Make the virtual environment in .venv (uv is fetched if absent)

demo: $(STAMP) ## Load three example workspaces, print their segments, serve http://localhost:8000
	@$(BIN)/muster demo $(ARGS)

test: $(STAMP) check ## Run every check and test (what CI runs)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

check: $(STAMP) ## Lint, types, layers, formatting: no test is run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Format the code and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## Measure a refresh of 100 rules against one SQL per rule; writes bench/RESULTS.md
	$(BIN)/python -m bench $(ARGS)

bench-smoke: $(STAMP) ## The benchmark on small data: results must be equal, times are not looked at
	$(BIN)/python -m bench --smoke

soak: $(STAMP) ## Long tests: 100,000 drawn rules against the reference evaluator
	MUSTER_PARITY_CASES=100000 $(BIN)/pytest -m soak -n 2 $(ARGS)

docs: $(STAMP) ## Write the generated reference pages under docs/reference
	$(BIN)/python -m scripts.docs

clean: ## Remove the environment and all caches; data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
