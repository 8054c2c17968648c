# `make run` starts the system, `make test` proves it. Both install what is missing and nothing else;
# a second start installs nothing. Settings (CUSTODY_…) come from the environment: see README.md.

# PYTHON makes the environment; PROCESSES is how many the tests use; ARGS goes to the tool called.
PYTHON ?= python3
PROCESSES ?= 2
ARGS ?=
CUSTODY_FONTS ?= $(CURDIR)/.venv/share/fonts

SHELL := /bin/sh
BIN := .venv/bin
FONTS := $(abspath $(CUSTODY_FONTS))
PIP := $(BIN)/pip --disable-pip-version-check
OFFLINE := . .ci/setup/say.sh; give_up \
	"pip could not install what requirements.txt names. Check the network, or name a mirror or a folder \
	of wheels in PIP_INDEX_URL or PIP_FIND_LINKS, and run make again." \
	"Python 依赖安装失败。请检查网络，或用 PIP_INDEX_URL、PIP_FIND_LINKS 指定镜像或离线目录，然后重新执行 make。"

RUN_PACKAGES := libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk
TEST_PACKAGES := $(RUN_PACKAGES) chromium libatomic1 default-jre-headless libjaxb-java

# A virtual environment does not survive being moved, so one made elsewhere is made again.
ifneq ($(shell cat .venv/.made-in 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/.made-in .venv/.runtime .venv/.project .venv/.dev)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test check format bench lock clean setup setup-test \
	run-packages test-packages fonts

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## install what is missing, load the demonstration, serve on http://127.0.0.1:8000
	@$(BIN)/custody init --demo
	@exec $(BIN)/custody serve

test: setup-test ## install what the tests need (Chromium, PostgreSQL) and run all of them
	@$(BIN)/pytest -n $(PROCESSES) --dist worksteal $(ARGS)

check: .venv/.dev ## format, lint, types, floors of the house, templates, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/deptry .

format: .venv/.dev ## let ruff format and repair what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-test ## page latency and forecast at 32, 1,000, 3,000 regions; baselines beside a peer
	@$(BIN)/python -m tests.bench $(ARGS)

lock: ## write the requirements files anew; ARGS=--upgrade for newer versions
	@PYTHON=$(PYTHON) sh .ci/setup/lock.sh $(ARGS)

clean: ## remove .venv and caches; never the data in instance/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find custody tests migrations -name __pycache__ -prune -exec rm -rf {} +

# -- set-up -----------------------------------------------------------------------------------------
setup: run-packages .venv/.project fonts
setup-test: test-packages .venv/.dev fonts

run-packages:
	@sh .ci/setup/packages.sh $(RUN_PACKAGES)

test-packages:
	@sh .ci/setup/packages.sh $(TEST_PACKAGES)

fonts: .venv/.project | run-packages
	@sh .ci/setup/fonts.sh $(FONTS) $(BIN)/python

.venv/.made-in:
	@PYTHON=$(PYTHON) sh .ci/setup/venv.sh

.venv/.runtime: requirements.txt | .venv/.made-in
	@echo "==> Installing Python packages (29 MB, once)"
	@$(PIP) install --quiet --require-hashes -r requirements.txt || { $(OFFLINE); }
	@touch $@

# Editable: templates/, static/ and migrations/ live beside the package. Nothing is downloaded.
.venv/.project: pyproject.toml .venv/.runtime
	@$(PIP) install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime | .venv/.project
	@echo "==> Installing Python packages for the tests (105 MB, once)"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.txt || { $(OFFLINE); }
	@touch $@
