# Byline needs Python 3.11+ and make, nothing else. `make` alone says what there is.
PYTHON ?= python3
RUN = $(PYTHON) -I config/bootstrap.py requirements.lock
DEV = $(PYTHON) -I config/bootstrap.py requirements-dev.lock
BIN = .venv/bin

.PHONY: help run test lint evaluate

help:
	@echo "make run    start Byline and print its address; Ctrl-C stops it (PORT=8000)"
	@echo "make test   run all tests on services of their own"
	@echo "make lint   ruff, mypy, import-linter, djlint"
	@echo "make evaluate  measure novelty and AI score on a corpus (ARGS=\"--corpus FILE\")"

run: export PORT := $(or $(PORT),8000)
run:
	@$(RUN) config.supervisor

test:
	@$(DEV) pytest $(ARGS)

# mypy reads the settings; in a fresh clone there is nothing else that they could be read with.
lint: export DEBUG = 1
lint:
	@$(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint templates

# No database is asked.
evaluate: export DEBUG = 1
evaluate:
	@$(DEV)
	$(BIN)/python manage.py evaluate $(ARGS)
