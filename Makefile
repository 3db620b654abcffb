# The commands of the project. `make run` and `make test` need nothing but Python 3.11 or later.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
TEST_JOBS ?= 2
PYTEST_ARGS ?=
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes
SOURCES := privacy_portal accounts complaints dsr_requests cases consent outbound personal_data policies audit core

.PHONY: help run test browser check fix bench drill messages lock install install-dev

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 24

run: install  ## the demo on this machine: prints READY and its address; Ctrl-C ends everything
	@PORTAL_DEMO=1 DJANGO_DEBUG=0 exec $(BIN)/python manage.py up

test: install-dev  ## every test; browser tests when a Chromium is found
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadgroup $(PYTEST_ARGS)

browser:  ## install Debian's Chromium when no Chromium is found
	@.ci/install-browser

check: install-dev  ## format, lint, types, layers, migrations, catalogues, templates, system and deploy checks
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m tests.production --demo -- $(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.production --demo -- $(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m tests.production --demo -- $(BIN)/python manage.py check
	@$(BIN)/python -m tests.production --demo -- $(BIN)/python manage.py draw_transitions --check
	@$(BIN)/python -m tests.production -- $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python -m pytest -q -p no:cacheprovider tests/architecture

fix: install-dev  ## format and mend what a tool can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: install-dev  ## measure: one JSON object and a table
	@$(BIN)/python -m benchmarks

drill: install-dev  ## the fault, canary and restore drills at full size
	@$(BIN)/python -m benchmarks.drill
	@$(BIN)/python -m benchmarks.reminder_drill
	@$(BIN)/python -m benchmarks.requests_drill
	@$(BIN)/python -m benchmarks.canary_drill
	@$(BIN)/python -m benchmarks.restore_drill
	@$(BIN)/python -m benchmarks.retention_drill

messages: install-dev  ## collect the texts into the catalogues and compile them (needs the gettext tools)
	@command -v xgettext >/dev/null || { echo "The gettext tools are missing: apt-get install gettext" >&2; exit 1; }
	@$(BIN)/python -m tests.production --demo -- $(BIN)/python manage.py makemessages --locale vi --no-obsolete --no-wrap --add-location file

lock: install-dev  ## pin what requirements/*.in ask for, with hashes, for every platform
	@cd requirements && lock() { ../$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 "$$@"; }; \
	lock runtime.in -o runtime.txt; \
	lock -c runtime.txt embedded.in -o embedded.txt; \
	lock -c runtime.txt -c embedded.txt dev.in -o dev.txt

install: .venv/.run-stamp
install-dev: .venv/.dev-stamp

.venv/.run-stamp: requirements/runtime.txt requirements/embedded.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is " + sys.version.split()[0] + ". Name another with PYTHON=…")'
	@[ -x $(BIN)/python ] || { echo "making .venv"; $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make an environment here; on Debian: apt-get install python3-venv" >&2; exit 1; }; }
	@echo "installing packages (once; a minute or two)"
	@$(PIP_INSTALL) -r requirements/runtime.txt -r requirements/embedded.txt
	@touch $@

.venv/.dev-stamp: .venv/.run-stamp requirements/dev.txt
	@echo "installing development tools (once)"
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@
