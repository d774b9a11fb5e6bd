# The commands of Nexus. They need Python 3.11 (with venv and pip) and make, nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

# One stamp for each set of packages; the second set holds the first.
RUN_READY := $(VENV)/.requirements
DEV_READY := $(VENV)/.requirements-dev

# What production settings insist on. Nothing is connected to: `check` only reads them.
PRODUCTION := env DJANGO_SETTINGS_MODULE=nexus.settings.production NEXUS_DEMO=0 NEXUS_HTTPS=1 \
	NEXUS_SECRET_KEY=no-secret:only-for-checks-that-connect-to-nothing-at-all \
	NEXUS_ALLOWED_HOSTS=nexus.example.org \
	DATABASE_URL=postgres://nexus:password@postgres:5432/nexus \
	REDIS_URL=redis://redis:6379/0 CELERY_BROKER_URL=amqp://nexus:password@rabbitmq:5672//

.DEFAULT_GOAL := help
CHECKS := style types floors migrations production compose
.PHONY: help run demo test check $(CHECKS) contract fuzz format bench load audit lock

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_READY) ## Serve Nexus here, demo data included (PORT=, NEXUS_DATA_DIR=, NEXUS_DEMO=0)
	@NEXUS_DEMO=$${NEXUS_DEMO:-1} exec $(BIN)/python manage.py up

demo: $(RUN_READY) ## Make the demo accounts and their content, without serving
	@NEXUS_DEMO=1 $(BIN)/python manage.py migrate --verbosity 0
	@NEXUS_DEMO=1 $(BIN)/python manage.py demo

test: $(CHECKS) ## Check everything, then run the suite on every set-up that this machine offers (ARGS=)
	$(BIN)/python -m tests.setups $(ARGS)

check: $(CHECKS) contract ## All checks and the contract, without the rest of the suite

style: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_READY)
	$(BIN)/mypy

floors: $(DEV_READY)
	$(BIN)/lint-imports --no-logo

migrations: $(DEV_READY)
	@echo "manage.py makemigrations --check"
	@$(PRODUCTION) DATABASE_URL=sqlite://:memory: \
		$(BIN)/python manage.py makemigrations --check --dry-run

production: $(DEV_READY)
	@echo "manage.py check --deploy"
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

contract: $(DEV_READY)
	$(BIN)/python -m pytest -q tests/contract

fuzz: $(DEV_READY) ## Let schemathesis ask a hub of its own for many minutes (EXAMPLES=)
	NEXUS_FUZZ_EXAMPLES=$${EXAMPLES:-200} $(BIN)/python -m pytest -q tests/contract/test_schemathesis.py

compose:
	@if docker compose version >/dev/null 2>&1; then \
		NEXUS_SECRET_KEY=x NEXUS_ALLOWED_HOSTS=x POSTGRES_PASSWORD=x RABBITMQ_PASSWORD=x \
			docker compose config --quiet && echo "docker-compose.yml: well formed"; \
	else \
		echo "docker-compose.yml: not checked, docker compose is not installed here"; \
	fi

format: $(DEV_READY) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_READY) ## Compare with an empty view and with peers: 12 minutes (ARGS=--quick, ARGS=--help)
	@$(BIN)/python -m benchmarks $(ARGS)

load: $(DEV_READY) ## Put a hub of its own under mixed load, then check its books (MINUTES=, RATE=, SEED=, ARGS=)
	$(BIN)/python -m benchmarks.load --minutes $${MINUTES:-10} --rate $${RATE:-40} --seed $${SEED:-1} $(ARGS)

audit: $(DEV_READY) ## Ask whether a pinned package has a known weakness (needs a network)
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

lock: $(DEV_READY) ## Pin the packages named in requirements.in and requirements-dev.in
	@for set in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header $$set.in -o $$set.txt || exit 1; \
	done

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Nexus needs Python 3.11 or newer: make PYTHON=/where/it/is/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV)

$(RUN_READY): requirements.txt | $(BIN)/python
	@echo "Installing what Nexus needs to run; this takes about half a minute."
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt | $(BIN)/python
	@echo "Installing what working on Nexus needs; this takes about a minute."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
