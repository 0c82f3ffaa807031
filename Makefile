# Muster's front door. Every target sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
WEB_STAMP := web/node_modules/.synced
WEB_BUILT := muster/static/index.html
WEB_FILES := $(shell find web/src web/public web/index.html web/vite.config.ts web/tools/*.mjs -type f 2>/dev/null)
ARGS ?=
API_ARGS ?=
SOAKS := tests/engines/test_parity.py tests/soak/test_two_servers.py \
	tests/api/test_openapi_properties.py tests/api/test_injection.py \
	tests/soak/test_order_editors.py

.PHONY: help setup web web-check web-types demo test browser e2e screenshots walkthrough check \
	format bench bench-smoke soak docs clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml uv.lock scripts/setup
	@scripts/setup "$(PYTHON)" "$(VENV)"
	@touch $@

$(WEB_STAMP): web/package.json web/package-lock.json
	@scripts/setup-web web
	@touch $@

$(WEB_BUILT): $(WEB_STAMP) $(WEB_FILES)
	@cd web && npm run --silent build
	@touch $@

web: $(WEB_BUILT) ## Build the web app into muster/static, which the server and the wheel carry

web-check: $(WEB_BUILT) ## Lint, types, tests of logic and size budget of the web app
	cd web && npm run --silent check && npm run --silent test && npm run --silent budget

web-types: $(STAMP) ## Write the web's types from the API and the rule's schema
	@scripts/setup-web web/tools
	$(BIN)/python -m scripts.web_types

setup: $(STAMP) ## Make the virtual environment in .venv (uv is fetched if absent)

demo: $(STAMP) $(WEB_BUILT) ## Load three example workspaces, print their segments, serve http://localhost:8000
	@$(BIN)/muster demo $(ARGS)

# Four at once on two cores: many tests wait for servers. The last ones are shared out anew.
test: $(STAMP) check web-check browser ## Run every check and test (what CI runs)
	$(BIN)/pytest -n 4 --dist worksteal $(ARGS)

browser:
	@scripts/browser

e2e: $(STAMP) $(WEB_BUILT) browser ## Run the tests in a real browser alone
	$(BIN)/pytest tests/e2e $(ARGS)

screenshots: $(STAMP) $(WEB_BUILT) browser ## Take the pictures of every page into docs/images/web
	MUSTER_REQUIRE_BROWSER=1 MUSTER_SCREENSHOTS=docs/images/web MUSTER_E2E_PEOPLE=50000 \
	$(BIN)/pytest tests/e2e/test_shots.py $(ARGS)

walkthrough: $(STAMP) $(WEB_BUILT) browser ## Record two minutes of the product: docs/images/walkthrough.webm
	@scripts/browser ffmpeg
	MUSTER_REQUIRE_BROWSER=1 MUSTER_FILM=docs/images/walkthrough.webm MUSTER_E2E_PEOPLE=50000 \
	$(BIN)/pytest tests/e2e/test_walkthrough.py $(ARGS)

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

# Each alone: make soak ARGS="-k test_two_servers" (or test_parity, test_injection, ...). All of the
# order desk: MUSTER_EDITORS=500 MUSTER_EDITOR_SECONDS=300 make soak ARGS="-k test_order_editors".
soak: $(STAMP) ## Long tests, hours: 100,000 drawn rules, 200 kills of servers, 100,000 drawn requests
	MUSTER_FRESH=1 MUSTER_PARITY_CASES=100000 MUSTER_KILLS=200 MUSTER_API_CASES=100000 \
	MUSTER_INJECTION_WORDS=100 MUSTER_EDITORS=$${MUSTER_EDITORS:-50} \
	MUSTER_EDITOR_SECONDS=$${MUSTER_EDITOR_SECONDS:-30} MUSTER_DESK_STEPS=400 $(BIN)/pytest -n 2 $(SOAKS) $(ARGS)

docs: $(STAMP) ## Write the generated reference pages under docs/reference
	$(BIN)/python -m scripts.docs

clean: ## Remove the environment and all caches; data stays
	rm -rf $(VENV) web/node_modules web/tools/node_modules muster/static .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
