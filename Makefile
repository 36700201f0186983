# `make run` opens the bot with its local room, `make init` sets it up for your group, `make test` runs every test. They install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# All tests run on all cores; what ARGS asks for in one process, where a debugger works.
EVERY_TEST := --numprocesses auto --dist worksteal
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run init test lint learn handson bench hostile-pictures kill-test scale clean
.DELETE_ON_ERROR:

run: $(VENV)/.run-installed
	@$(BIN)/python -m bot run $(ARGS)

init: $(VENV)/.run-installed
	@trap : INT; $(BIN)/python -m bot init $(ARGS) || [ $$? -eq 130 ] # a Ctrl-C, of which it has said what it leaves

test: $(VENV)/.test-installed
	@$(BIN)/python -m pytest $(or $(ARGS),$(EVERY_TEST))

lint: $(VENV)/.test-installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# Of the hands-on, docs/handson.md: what it needs, and doing it from its own text.
learn: $(VENV)/.learn-installed
	@echo "Ready. Now: source $(BIN)/activate"

handson: $(VENV)/.test-installed
	@$(BIN)/python -m docs.handson run $(ARGS)

bench: $(VENV)/.test-installed
	@$(BIN)/python -m benchmarks $(ARGS)

hostile-pictures: $(VENV)/.test-installed
	@$(BIN)/python -m benchmarks.hostile_pictures $(ARGS)

kill-test: $(VENV)/.test-installed
	@$(BIN)/python -m benchmarks.kill_test --kills 200 $(ARGS)

scale: $(VENV)/.test-installed
	@$(BIN)/python -m benchmarks.scale $(ARGS)

# The stamps are newer than the two files that say what is needed, so that a second start installs nothing.
$(VENV)/.run-installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing what the bot needs (about a minute, once) ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.learn-installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing what training needs, TensorFlow included (a few minutes, once) ..."
	@$(INSTALL) --editable '.[train]'
	@touch $@ $(VENV)/.run-installed

$(VENV)/.test-installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing what the tests need, TensorFlow included (a few minutes, once) ..."
	@$(INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/.run-installed $(VENV)/.learn-installed

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Tsudoi needs Python 3.11 or newer: install python3, or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tsudoi needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): install a newer one, or say make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); echo "Python's venv module is missing: install it (Debian, Ubuntu: apt install python3-venv) and try again" >&2; exit 1; }

clean:
	rm -rf $(VENV)
