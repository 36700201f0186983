# `make run` opens the bot with its local room, `make init` sets it up for your group, `make test` runs the tests. They install what they need into .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# All tests run on all cores; what ARGS asks for in one process, where a debugger works. A process that crashes fails its
# test and is not replaced: replacements were seen to wait for ever.
EVERY_TEST := --numprocesses auto --dist worksteal --max-worker-restart 0
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run init container test test-minutes test-quick lint learn handson bench hostile-pictures kill-test scale clean
.DELETE_ON_ERROR:

run: $(VENV)/.run-installed
	@$(BIN)/python -m bot run $(ARGS)

init: $(VENV)/.run-installed
	@trap : INT; $(BIN)/python -m bot init $(ARGS) || [ $$? -eq 130 ] # a Ctrl-C, of which it has said what it leaves

# In a container that starts again by itself, as you: it reads CONFIG, and its database stands in container-data/.
CONFIG ?= config.toml
container:
	@command -v docker >/dev/null || { echo "Docker is missing: see docs/operations.md for other ways" >&2; exit 1; }
	@test -f "$(CONFIG)" || { echo "There is no $(CONFIG) yet: make init writes it" >&2; exit 1; }
	docker build --file deploy/Dockerfile --tag tsudoi .
	mkdir -p container-data
	docker rm --force tsudoi 2>/dev/null || true
	docker run --detach --name tsudoi --restart unless-stopped --user "$$(id -u):$$(id -g)" \
	  --volume "$(abspath $(CONFIG)):/etc/tsudoi/config.toml:ro" --volume "$(CURDIR)/container-data:/data" \
	  --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --memory 600m \
	  --publish 127.0.0.1:8000:8000 tsudoi run --config /etc/tsudoi/config.toml
	@echo "It runs: docker logs --follow tsudoi shows what it says, docker rm --force tsudoi ends it."

test: $(VENV)/.test-installed
	@$(BIN)/python -m pytest $(or $(ARGS),$(EVERY_TEST) -m "not minutes")

# What takes minutes by itself: the hands-on from its first command to its last, trainings, waits in real time, and on
# PostgreSQL days and a browser.
test-minutes: $(VENV)/.test-installed
	@$(BIN)/python -m pytest $(or $(ARGS),$(EVERY_TEST) -m minutes)

# All that neither trains nor opens a browser, without TensorFlow. With another Python: VENV=.venv-3.13 PYTHON=python3.13.
test-quick: $(VENV)/.quick-test-installed
	@$(BIN)/python -m pytest $(EVERY_TEST) -m "not minutes and not trains and not browser" $(ARGS)

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
	@touch $@ $(VENV)/.run-installed $(VENV)/.learn-installed $(VENV)/.quick-test-installed

$(VENV)/.quick-test-installed: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "Installing what the quick tests need (a minute, once) ..."
	@$(INSTALL) --editable '.[quick-test]'
	@touch $@ $(VENV)/.run-installed

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { echo "Tsudoi needs Python 3.11 or newer: install python3, or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tsudoi needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1): install a newer one, or say make PYTHON=python3.12" >&2; exit 1; }
	@echo "Preparing $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); echo "Python's venv module is missing: install it (Debian, Ubuntu: apt install python3-venv) and try again" >&2; exit 1; }
	@$(INSTALL) --upgrade pip # the one of Python 3.11 looks through an index at half the speed

clean:
	rm -rf $(VENV)
