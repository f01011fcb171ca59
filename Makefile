# The commands of this project. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run stop status test test-all test-es9 faults bench check format messages openapi environment programs browser

# Many containers set it; without the compiled modules every start of Python takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

UV_VERSION := 0.13.9
UV := $(or $(shell command -v uv),.local/uv/bin/uv)
PYTHON := .venv/bin/python
# Where the servers of the tests keep their data; the portal's are in DATA_DIR, .local by default.
TEST_DATA ?= .local/test
ON_SERVERS := $(PYTHON) -m deploy.local exec --data $(TEST_DATA)
# A test that needs Elasticsearch waits for it; what its servers hold may be lost with the machine.
PYTEST := DISPOSABLE=1 IN_MEMORY=1 $(ON_SERVERS) --early -- $(PYTHON) -m pytest
# Chosen tests run in one process, all of them in two (tests/parallel.py).
PARALLEL := $(if $(ARGS),,-n 2)
# CLOCK=2027-02-10 in front of `make test` or `.ci/run`: the same tests on that day (tests/clock).
ifdef CLOCK
export CLOCK_SHIFT := $(shell echo $$(( $$(date -d "$(CLOCK)" +%s) / 86400 * 86400 - $$(date +%s) / 86400 * 86400 )))
export PYTHONPATH := $(CURDIR)/tests/clock
endif
FLOORS := market search listings matching contracts

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

run: programs ## start the portal with its demonstration city (PORT, DATA_DIR)
	@$(PYTHON) -m deploy.local portal

stop: programs ## stop everything that `make run` started
	@$(PYTHON) -m deploy.local down

status: programs ## what is running
	@$(PYTHON) -m deploy.local status || true

test: environment browser messages ## the tests, on real servers (ARGS="-k name" chooses)
	$(PYTEST) $(PARALLEL) -m "not slow and not faults" $(ARGS)

test-all: environment browser messages ## the slow tests too
	$(PYTEST) $(PARALLEL) -m "not faults" $(ARGS)

test-es9: environment messages ## search on Elasticsearch 9, where a JDK of 21 or later is on the machine
	@$(PYTHON) -m deploy.local.java
	ELASTICSEARCH_LINE=9 $(MAKE) test TEST_DATA=.local/test-es9 ARGS="$(or $(ARGS),tests/search/index tests/search/find)"

faults: environment messages ## the full fault runs
	$(PYTEST) -m faults $(ARGS)

bench: environment messages ## the ratios of docs/measurements.md (ARGS chooses; default: the list of them)
	@$(UV) sync --frozen --inexact --quiet --group bench
	$(ON_SERVERS) -- $(PYTHON) -m tests.benchmarks $(or $(ARGS),--list)

check: environment messages ## format, lint, types, floors, counts, templates, migrations, openapi.json
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy $(FLOORS) deploy tests/benchmarks
	.venv/bin/lint-imports
	$(PYTHON) -m tests.structure
	git ls-files -z --cached --others --exclude-standard '*.html' | xargs -0 -r .venv/bin/djade --check --target-version 5.2
	$(PYTHON) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py export_openapi --check
	$(PYTHON) manage.py export_settings --check
	$(PYTHON) manage.py export_rooms --check

format: environment ## rewrite the code in its format
	$(PYTHON) -m ruff check --fix --quiet .
	$(PYTHON) -m ruff format .
	git ls-files -z --cached --others --exclude-standard '*.html' | xargs -0 -r .venv/bin/djade --target-version 5.2 || true

messages: environment ## compile the translations
	@$(PYTHON) -m deploy.local.messages

openapi: environment ## write docs/api/openapi.json, docs/operating/settings.md and docs/rooms.md anew
	$(PYTHON) manage.py export_openapi
	$(PYTHON) manage.py export_settings
	$(PYTHON) manage.py export_rooms

browser: environment
	@$(PYTHON) -m deploy.local.chromium

environment: $(UV)
	@$(UV) sync --frozen --inexact --quiet

# What the portal and its servers need, without the tools of the tests.
programs: $(UV)
	@$(UV) sync --frozen --inexact --quiet --no-default-groups --group local

# From the package index that pip is told to use; Debian splits venv from Python, and pip too.
.local/uv/bin/uv:
	@mkdir -p -m 700 .local
	@echo "Getting uv $(UV_VERSION)"
	@if python3 -c 'import ensurepip' 2>/dev/null; then \
	  python3 -m venv .local/uv; \
	  .local/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	elif python3 -c 'import pip' 2>/dev/null; then \
	  python3 -m pip install --quiet --disable-pip-version-check --target .local/uv uv==$(UV_VERSION); \
	else \
	  echo "Python has neither venv nor pip. On Debian: apt-get install python3-venv; or install uv $(UV_VERSION)."; exit 1; \
	fi
