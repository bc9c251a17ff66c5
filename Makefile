# Each target sets everything up by itself: a bare machine needs Python >= 3.11 with venv, make, git.
.DEFAULT_GOAL := help
.PHONY: help setup figures test lint notebooks bench prove prove-coq certificates lock clean

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PYTHONHASHSEED := 0

help:
	@echo "make figures    regenerate every theory figure, each with its check against simulation"
	@echo "make test       run every test"
	@echo "make lint       ruff and mypy --strict"
	@echo "make notebooks  run the notebooks again and keep their outputs"
	@echo "make bench      measure speed and print the table of the README"
	@echo "make prove      check the theorems by machine"
	@echo "make prove-coq  replay the certificates and the hand proofs in Coq, if it is installed"
	@echo "make certificates  find the certificates of the theorems and check them"
	@echo "make lock       renew requirements.lock"

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "derelayl_econ needs Python 3.11 or newer, with venv; install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
	@touch $@

figures: $(READY)
	@$(BIN)/derelayl_econ figures

test: $(READY)
	@$(BIN)/python -m pytest -n 2 derelayl_econ tests

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

notebooks: $(READY)
	@$(BIN)/jupyter nbconvert --log-level ERROR --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/*.ipynb

# One BLAS thread: rates are per core.
bench: $(READY)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only -n 0 -s

prove: $(READY)
	@$(BIN)/python -m proofs

# COQ=--require makes a missing Coq an error.
prove-coq: $(READY)
	@$(BIN)/python -m proofs.coq_check $(COQ)

certificates: $(READY)
	@$(BIN)/python -m proofs.certify
	@$(BIN)/python proofs/check_certs.py

lock:
	@test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv; }
	@$(BIN)/uv pip compile pyproject.toml --extra test --extra notebooks --extra proofs --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks build dist
