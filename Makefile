# Two commands do everything: `make demo` and `make test`. Both install into .venv first (needs Python >= 3.11, pip, make).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
INPUTS := pyproject.toml setup.py requirements.lock extract/readers/pdfium_bulk.pyx $(wildcard extract/readers/*_loops.p*)
STAMP  := $(VENV)/.installed-$(shell cat $(INPUTS) | cksum | cut -d' ' -f1)

.PHONY: demo test lint types install clean

install: $(STAMP)

$(STAMP): $(INPUTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "yujue needs Python >= 3.11; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[pipeline,dev,samples,ocr,object-store,dask,stata,site]'
	@rm -f $(VENV)/.installed-*
	@touch $@

demo: $(STAMP)
	$(BIN)/yujue demo

test: $(STAMP) lint types
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
