PYTHON ?= python3
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# Some tests run make, which must not look for the jobs of this one.
PYTEST := MAKEFLAGS= MFLAGS= $(BIN)/python -m pytest
# pip alone, and as it is configured here: a mirror or proxy set for pip is used.
# The lock files are complete, so nothing is left to resolve (--no-deps).
PIP := -m pip install -qq --disable-pip-version-check --no-deps
INSTALL := $(PIP) --no-compile --require-hashes -r
LOCK := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-emit-index-url --upgrade \
	--custom-compile-command "make lock"

MINUTES ?= 10
# What is deployed, and what the command line and the tests run on.
AUDITED := flags/layer-requirements.txt rollouts/requirements.txt requirements/dev.txt
BENCHMARKS = $(filter-out __%,$(patsubst benchmarks/%.py,%,$(wildcard benchmarks/*.py)))

.PHONY: help demo up down test check format unit packaging e2e build bench \
	deployed fuzz hops compare sbom audit lock clean venvs python

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' $(MAKEFILE_LIST) | awk -F': ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: venvs ## deploy everything to an emulator here, drive users through a release and an abort
	$(BIN)/python -m examples.demo

up: venvs ## deploy everything to an emulator and leave it running
	$(BIN)/python -m examples.demo --up

down: venvs ## stop that emulator
	$(BIN)/python -m examples.demo --down

hops: venvs ## send thousands of messages by every carrier, and judge each hop
	$(BIN)/python -m examples.hops

compare: venvs ## the same bug and traffic beside a model of weighted aliases, scored
	$(BIN)/python -m examples.compare

test: check ## everything that CI runs
	@# Side by side: one half computes, the other one mostly waits for an emulator.
	@$(MAKE) -s -j2 --output-sync=target unit deployed

deployed:
	@$(MAKE) packaging
	@$(MAKE) e2e

check: .venv/.stamp ## format, lint, types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

format: .venv/.stamp ## put the code in shape
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

unit: .venv/.stamp ## tests that need nothing but Python
	$(PYTEST) -m "not e2e and not packaging"

packaging: venvs ## build the stack and import what was built
	$(PYTEST) -m packaging

e2e: venvs ## tests against the emulator
	$(PYTEST) -m e2e

build: .venv-sam/.stamp ## build what `sam deploy` sends to AWS
	.venv-sam/bin/sam validate
	CANARY_WHEELS="$(CURDIR)/build/wheels" .venv-sam/bin/sam build

bench: ## measure NAME=x, with the result in build/bench/x.json
	@test -n "$(filter $(BENCHMARKS),$(NAME))" || { echo \
		"bench: no benchmark '$(NAME)', say make bench NAME=x with one of $(BENCHMARKS)" >&2; exit 2; }
	@$(MAKE) -s .venv-bench/.stamp
	@mkdir -p build/bench
	@.venv-bench/bin/python -m benchmarks.$(NAME) --json > build/bench/$(NAME).new
	@mv build/bench/$(NAME).new build/bench/$(NAME).json
	@cat build/bench/$(NAME).json

fuzz: .venv-fuzz/.stamp ## fuzz the router for MINUTES=10; what breaks it stays in build/fuzz
	@.venv-fuzz/bin/python -m tests.fuzz.router --minutes $(MINUTES)

sbom: .venv/.stamp ## write build/sbom.json: what the zips and the wheel are made of
	@mkdir -p build
	$(BIN)/python requirements/bill.py > build/sbom.new
	@mv build/sbom.new build/sbom.json

# --strict: a package that PyPI's answer lacks has not been looked at. It asks PyPI itself,
# whichever mirror pip is told to use.
audit: .venv-audit/.stamp ## ask PyPI whether what the locks pin is known to be vulnerable
	.venv-audit/bin/pip-audit --strict --progress-spinner off --disable-pip --require-hashes \
		$(AUDITED:%=-r %)

lock: build/lock/bin/uv ## write the pinned requirements anew
	cd requirements && for name in dev sam emulator bench fuzz audit; do \
		../$(LOCK) $$name.in -o $$name.txt || exit; done
	cd requirements && ../$(LOCK) layer.in -o ../flags/layer-requirements.txt
	cd requirements && ../$(LOCK) controller.in -o ../rollouts/requirements.txt

clean: ## remove everything that make made
	rm -rf .venv .venv-sam .venv-emulator .venv-bench .venv-fuzz .venv-audit .aws-sam build .coverage \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache

# The three install side by side: most of the time goes into downloads.
venvs:
	@$(MAKE) -s -j3 .venv/.stamp .venv-sam/.stamp .venv-emulator/.stamp

.venv/.locked: requirements/dev.txt | python
	@echo "making .venv"
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/python $(INSTALL) requirements/dev.txt
	@touch $@

# On its own, since pyproject.toml changes more often than the lock.
.venv/.stamp: .venv/.locked pyproject.toml
	@.venv/bin/python $(PIP) --no-build-isolation --editable .
	@touch $@

.venv-%/.stamp: requirements/%.txt | python
	@echo "making .venv-$*"
	@$(PYTHON) -m venv --clear .venv-$*
	@.venv-$*/bin/python $(INSTALL) requirements/$*.txt
	@touch $@

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "$(PYTHON) is missing or older than 3.11, say make PYTHON=python3.13" >&2; exit 2; }

build/lock/bin/uv:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python $(PIP) uv
