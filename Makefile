# One line each; what they call says more. `make demo PORT=8000 FRESH=1` starts everything; Ctrl-C stops it.
PYTHON ?= $(or $(shell command -v python3),$(shell command -v python3.11))
PORT ?= 8000
WORKERS ?= 2
SETUP = @$(PYTHON) infra/local/setup.py
RUN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint lock bench torture screenshots replay

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

setup: ## install everything that is needed, no more than once
	$(SETUP)

demo: ## start the demo on PORT, with its data as it was left or FRESH=1
	$(SETUP) && PORT=$(PORT) FRESH=$(FRESH) exec $(RUN)/marquee demo

test: ## every test, on its own databases; ARGS= goes to pytest
	$(SETUP) --test && exec $(RUN)/python -m pytest -n $(WORKERS) --cov --cov-report=term $(ARGS)

lint: ## style and import rules
	$(SETUP) --test && $(RUN)/ruff check . && $(RUN)/lint-imports

lock: ## write the lock files anew from pyproject.toml; ARGS=--upgrade takes newer versions of what it does not name
	$(SETUP) && exec $(RUN)/python -m infra.local.lock $(ARGS)

bench: ## measure; ARGS= goes to the benchmark
	$(SETUP) --test && exec $(RUN)/python -m tests.bench $(ARGS)

torture: ## kill things under load for SECONDS and count what was lost
	$(SETUP) --test && exec $(RUN)/python -m tests.durability --seconds $(or $(SECONDS),120) $(ARGS)

screenshots: ## pictures of every page of a running demo, into screenshots/
	$(SETUP) --test && exec $(RUN)/python -m tests.browser.screenshots --port $(PORT) $(ARGS)

replay: ## send recorded leads: DATA= TENANT= MAP= RATE=
	$(SETUP) && exec $(RUN)/marquee replay --data "$(DATA)" --tenant "$(TENANT)" --map "$(MAP)" --rate "$(RATE)"
