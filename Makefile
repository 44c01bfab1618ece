# Every target sets up .venv by itself; only Python 3.11 to 3.13, with its venv module, must be there.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check web bench bench-quality bench-modes clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) --version). Say which: make demo PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv"; exit 2; }

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.installed  ## trains a DCGAN on cartoon faces and exports it, in a few minutes
	$(PY) train.py --variant dcgan

# One process more than there are cores, for many wait for programs that they start.
PYTEST = $(PY) -m pytest -n $(shell expr $$(nproc) + 1) --maxprocesses=4 --dist loadgroup

test: $(VENV)/.installed-dev  ## runs the tests, but for those that take long
	$(PYTEST) -m "not slow"

test-all: $(VENV)/.installed-dev  ## runs all tests
	$(PYTEST)

check: $(VENV)/.installed-dev  ## lint, format and the rule of imports
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pytest tests/test_layering.py

web:  ## a page that draws in the browser: make web MODEL=export/models/NAME/1, several with spaces, PORT=8000
	@$(PYTHON) export/web/assemble.py $(MODEL) --serve --port $(or $(PORT),8000)

bench: $(VENV)/.installed  ## speed of the training step, of the loop and of sampling, into benchmarks/results/
	$(PY) benchmarks/speed/steps.py
	$(PY) benchmarks/speed/sampling.py
	$(PY) benchmarks/speed/waiting.py

bench-quality: $(VENV)/.installed  ## trains every variant on MNIST for the same time and scores it (hours, resumable)
	$(PY) benchmarks/quality/quality.py

bench-modes: $(VENV)/.installed  ## trains every objective on Gaussians in the plane and counts the modes, in ten minutes
	$(PY) benchmarks/quality/modes.py

clean:  ## removes .venv and caches, never runs or models
	rm -rf $(VENV) .pytest_cache .ruff_cache
