# Muster's front door. Every target sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
ARGS ?=
API_ARGS ?=
SOAKS := tests/engines/test_parity.py tests/soak/test_two_servers.py \
	tests/api/test_openapi_properties.py tests/api/test_injection.py

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

# Peers come from PyPI into ~/.cache/muster-bench; about 25 minutes on two quiet cores. The larger:
# make bench ARGS="--size 5m --peers duckdb" API_ARGS="--smoke"
bench: $(STAMP) ## Measure Muster and its peers, and the API under load; writes bench/RESULTS*.md
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.api $(API_ARGS)

bench-smoke: $(STAMP) ## The benchmark on small data: results must be equal, times are not looked at
	$(BIN)/python -m bench --smoke
	$(BIN)/python -m bench.api --smoke

# Each alone: make soak ARGS="-k test_two_servers" (or test_parity, test_injection, ...).
soak: $(STAMP) ## Long tests, hours: 100,000 drawn rules, 200 kills of servers, 100,000 drawn requests
	MUSTER_FRESH=1 MUSTER_PARITY_CASES=100000 MUSTER_KILLS=200 MUSTER_API_CASES=100000 \
	MUSTER_INJECTION_WORDS=100 $(BIN)/pytest -n 2 $(SOAKS) $(ARGS)

docs: $(STAMP) ## Write the generated reference pages under docs/reference
	$(BIN)/python -m scripts.docs

clean: ## Remove the environment and all caches; data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
