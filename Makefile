# Two entry points: `make report` and `make test`. Each sets up .venv on first use.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: report test check clean

report: $(VENV)/.ready  ## audit the sample capture, write out/report.html, print the answers
	$(BIN)/auditor report samples/tidal-web-player -o out/report.html

test: $(VENV)/.ready  ## run every test that can run here
	$(BIN)/python tests/get_browser.py
	$(BIN)/pytest

check: $(VENV)/.ready  ## format, lint, types, catalogue
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/auditor catalogue check

$(VENV)/.ready: pyproject.toml constraints.txt
ifdef UV
	uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	VIRTUAL_ENV=$(VENV) uv pip install --quiet --constraint constraints.txt --editable . --group dev
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
endif
	@touch $@

clean:
	rm -rf .venv .venv-other out build dist
