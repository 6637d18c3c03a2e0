# Everything a newcomer needs: `make up` runs the system, `make test` proves it. Both make what they need first.

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
# A rule fails when any part of a pipe fails, and nothing is left half made.
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# Where it is set, each of the many processes that a test run starts compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help up check words test test-providers judge bench eval eval-types presidio train-intents compiled faults soak screenshots lock

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' Makefile | while IFS='	' read -r name words; do printf '  make %-14s %s\n' "$$name" "$$words"; done

up: .venv/local.stamp ## Run the whole system here: ARGS="--port N --data DIR --reset --no-demo"
	@mkdir -p build && { nice $(MAKE) compiled ARGS=--if-possible >build/compiling.log 2>&1 </dev/null & }
	@exec env PARLEY_END_WITH_PARENT=1 $(BIN)/python -m config.embedded $(ARGS)

# In as many processes as the machine has processors, up to four; a few files are not worth that.
PROCESSES ?= $(if $(ARGS),0,auto)
test: .venv/dev.stamp ## Run all tests: ARGS="tests/texting -k stop", PROCESSES=0 for one after the other
	@exec $(BIN)/python -m pytest -q -rs -n $(PROCESSES) --maxprocesses 4 $(ARGS)

test-providers: .venv/dev.stamp judge ## Try the adapters against the providers' own API descriptions
	@[ ! -x $(JUDGE)/node_modules/.bin/prism ] || [ ! -d ../shared/providers ] || \
		exec $(BIN)/python -m pytest -q -rs $(JUDGE) $(ARGS)

# What serves a provider's API description (185 packages, 90 MB, pinned). The descriptions are no part of the product.
JUDGE := tests/texting/providers/prism
judge:
	@if [ ! -d ../shared/providers ]; then echo "The providers' API descriptions are not in ../shared/providers: nothing to try."; \
	elif ! command -v node >/dev/null || ! command -v npm >/dev/null; then echo "There is no Node with npm: the adapters are not tried against the providers' descriptions."; \
	elif [ ! $(JUDGE)/node_modules/.package-lock.json -nt $(JUDGE)/package-lock.json ]; then \
		npm ci --prefix $(JUDGE) --no-audit --no-fund --silent --fetch-retries=1 && touch $(JUDGE)/node_modules/.package-lock.json || \
		echo "Prism could not be installed: the adapters are not tried against the providers' descriptions."; fi

# What a production system would have, so that the deployment checks look at that.
RANDOM_KEY = $$(head -c 32 /dev/urandom | base64)
DEPLOYED = env -u PARLEY_LOCAL PARLEY_DATA=/nonexistent PUBLIC_BASE_URL=https://text.example.com \
	ALLOWED_HOSTS=text.example.com SECRET_KEY="$(RANDOM_KEY)$(RANDOM_KEY)" ROOT_KEY="$(RANDOM_KEY)" \
	AUDIT_SIGNING_KEY="$(RANDOM_KEY)" SPOOL_DIR=/tmp SMTP_HOST=mail.example.com MAIL_FROM=parley@text.example.com

check: .venv/dev.stamp ## Lint, format, types, templates, layers, migrations, deployment
	@$(BIN)/python -m config.words compile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports --no-logo
	$(DEPLOYED) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING

words: .venv/dev.stamp ## Take new strings into the catalogues and tell what lacks words: ARGS="missing es"
	@exec $(BIN)/python -m config.words $(ARGS)

bench: .venv/dev.stamp ## Measure against the goals: ARGS=inbound for one of them
	@exec $(BIN)/python -m bench $(ARGS)

eval: .venv/dev.stamp presidio ## How well texts are understood, and Presidio beside it: ARGS="--mistakes card"
	@exec $(BIN)/python -m bench.detection $(ARGS)

eval-types: .venv/dev.stamp ## How well the type of a text is told: ARGS="--mistakes --keep"
	@exec $(BIN)/python -m bench.content_types $(ARGS)

# The peer our detectors are compared with is no part of the product: it has an environment of its own.
PRESIDIO := .venv/presidio
presidio:
	@if [ ! $(PRESIDIO)/done.stamp -nt bench/detection/presidio.txt ]; then echo "Installing Presidio to compare with (once)."; \
		{ $(BIN)/python -m venv --clear $(PRESIDIO) && $(PRESIDIO)/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
		--retries 1 --require-hashes --requirement bench/detection/presidio.txt && touch $(PRESIDIO)/done.stamp; } || \
		{ rm -rf $(PRESIDIO); echo "Presidio could not be installed: our own figures only."; }; fi

train-intents: .venv/dev.stamp ## Learn anew what customers want from bench/detection/phrases: ARGS=--check for how well
	@exec $(BIN)/python -m bench.detection.train_intents $(ARGS)

# The compiler, mypyc, is no part of the product: it has an environment of its own. Without it, or without a C compiler,
# everything works as it is written. `make up` compiles beside the first start, for the next one.
COMPILER := .venv/compile
compiled: .venv/bin/python ## Compile detectors and intents to machine code, which takes half the time
	@if [ ! $(COMPILER)/done.stamp -nt requirements/compile.txt ]; then \
		{ $(BIN)/python -m venv --clear $(COMPILER) && $(COMPILER)/bin/python -m pip install --quiet --quiet --disable-pip-version-check \
		--retries 1 --require-hashes --requirement requirements/compile.txt && touch $(COMPILER)/done.stamp; } || \
		{ rm -rf $(COMPILER); echo "mypyc could not be installed."; }; fi
	@python=$(COMPILER)/bin/python; [ -x $$python ] || python=$(BIN)/python; exec $$python -m bench.compiling $(ARGS)

faults: .venv/dev.stamp ## Break everything once, kill every process everywhere: ARGS="--texts 10000" or "--only redis"
	@exec $(BIN)/python -m tests.faults $(ARGS)

soak: .venv/dev.stamp ## Half of what it can do, for long, and what memory that takes: ARGS="--minutes 30"
	@exec $(BIN)/python -m tests.faults.soak $(ARGS)

screenshots: .venv/dev.stamp ## Take a picture of every page into screenshots/ (README_IMAGES=1: and the README's)
	@exec env SCREENSHOTS=screenshots $(BIN)/python -m pytest -q -rs tests/journeys/take_pictures.py $(ARGS)

COMPILE = .venv/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	--annotation-style line

lock: .venv/bin/python ## Renew requirements/*.txt from *.in: ARGS=--upgrade for newer versions
	@[ -x .venv/lock/bin/uv ] || { $(BIN)/python -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv; }
	$(COMPILE) $(ARGS) requirements/base.in --output-file requirements/base.txt
	$(COMPILE) $(ARGS) requirements/local.in --constraint requirements/base.txt --output-file requirements/local.txt
	$(COMPILE) $(ARGS) requirements/dev.in --constraint requirements/local.txt --output-file requirements/dev.txt
	$(COMPILE) $(ARGS) requirements/compile.in --constraint requirements/dev.txt --output-file requirements/compile.txt
	$(COMPILE) $(ARGS) bench/detection/presidio.in --output-file bench/detection/presidio.txt

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement

.venv/local.stamp: requirements/local.txt .venv/bin/python
	@echo "Installing what Parley needs into .venv (once)."
	@$(INSTALL) $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/bin/python
	@echo "Installing what Parley and its tests need into .venv (once)."
	@$(INSTALL) $<
	@touch $@ .venv/local.stamp

# Made anew when the interpreter it was made with is gone. `touch` keeps the link from looking older than the stamps.
.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Parley needs Python 3.11 or newer, and there is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Parley needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1); name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
