# Two commands matter: `make report` and `make test`. Both first set up .venv if requirements changed.
# PYTHON: the interpreter to build .venv with (3.11 or newer, with pip; its own ensurepip is not needed).
PYTHON ?= python3
ROUND ?= 2569-6m
BIN := .venv/bin
READY := .venv/.ready

.PHONY: report test lint types docs lab clean
.DELETE_ON_ERROR:

report: $(READY)
	$(BIN)/dsw report $(ROUND)

test: $(READY)
	$(BIN)/python -m pytest -n logical

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: $(READY)
	$(BIN)/mypy

docs: report
	$(BIN)/sphinx-build -q -W --keep-going -c docs . outputs/site

lab: $(READY)
	$(BIN)/jupyter lab notebooks

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear --without-pip .venv
	$(PYTHON) -m pip --python .venv install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PYTHON) -m pip --python .venv install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv outputs/2* outputs/site
