# Everything a person needs, by name. `make demo` and `make test` set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help setup demo docs test screenshots faults bench lint lock clean
help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(STAMP)  ## make .venv with everything in it

$(STAMP): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP)   ## a page of phones to play with, without token or network (ARGS=--script: the story alone, and the end)
	$(BIN)/project-home demo $(ARGS)

docs: $(STAMP)   ## write the documents that are made from the code: table of moves, diagram, transcript
	$(BIN)/python -m tests.docs

test: $(STAMP)   ## every test, on SQLite and PostgreSQL
	.ci/browser
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

screenshots: $(STAMP)  ## README's pictures, from the tour as the tests play it
	.ci/browser
	PROJECT_HOME_SCREENSHOTS=1 $(BIN)/python -m pytest tests/page/test_a_tour.py

faults: $(STAMP) ## what is promised under kills, drops and outages, in full (FAULTS_SEED=n repeats a run; ARGS="-k kills")
	FAULTS=full $(BIN)/python -m pytest tests/faults tests/storage/test_audit.py $(ARGS)

bench: $(STAMP)  ## what a report, a start and reading cost beside yardsticks (ARGS=--quick: in minutes; ARGS=--write keeps it)
	$(BIN)/python -m tests.bench $(ARGS)

lint: $(STAMP)   ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(STAMP)   ## pin every dependency by hash, without index addresses
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --no-header --output-file requirements.txt pyproject.toml

clean:           ## remove what the targets above made
	rm -rf $(VENV) data .mypy_cache .ruff_cache .pytest_cache .hypothesis
