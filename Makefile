# Everything starts here: `make demo` shows what the program does, `make test` proves it, `make lint` checks its form.
# Needed: make and Python 3.11, 3.12 or 3.13. Another interpreter: `make setup PYTHON=/path/to/python3.12`.

PYTHON_CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python)
UV_SERIES := 0.13
UV_HOME := .uv/$(UV_SERIES)
UV := $(UV_HOME)/bin/uv
BIN := .venv/bin
SYNCED := .venv/.synced
RIVALS := .venv/.rivals
FUZZER := .venv/.fuzzer
DOCS_VENV := build/docs-venv
DOCS := build/docs
DEMO := build/demo
TEST_ARGUMENTS ?= -n 2
SCALE ?= full
RUNS ?= 1000000

# The interpreter is the caller's, never a downloaded one; the environment is always the one of this checkout.
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-unit test-jobs test-pythons lint bench quality fuzz docs docs-reference pictures clean

help:
	@echo "make demo            write the demo corpora, record them, audit them, write the public summary"
	@echo "make test            run the tests"
	@echo "make test-unit       run those that start no job: the fast lane"
	@echo "make test-jobs       run the others"
	@echo "make test-pythons    run a part of them with each Python of 3.11 to 3.13 that is installed"
	@echo "make lint            ruff, mypy, import-linter, the rules of this project in lint/"
	@echo "make bench           measure beside rivals; BENCH=\"name …\" chooses, SCALE=small or tiny takes less data"
	@echo "make quality         measure how well personal data is told from what looks like it; IN=\"path …\" reads files too"
	@echo "make fuzz            feed mutated bytes to every parser of reservations; RUNS=1000000 says how many"
	@echo "make setup           only make .venv, with .venv/bin/colophon"
	@echo "make docs            build the documentation site at build/docs/html"
	@echo "make docs-reference  write the data dictionary anew"
	@echo "make pictures        draw the pictures of the documentation anew; needs Chromium"
	@echo "make clean           remove what the other targets made"

setup: $(SYNCED)

# uv lives outside .venv, which `uv sync` empties of all that the lock file does not name.
$(UV):
	@set -e; \
	for candidate in $(PYTHON_CANDIDATES); do \
	  if "$$candidate" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	      >/dev/null 2>&1; then \
	    python=$$candidate; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "colophon needs Python 3.11, 3.12 or 3.13 with its venv module; tried: $(PYTHON_CANDIDATES)." >&2; \
	  echo "Install one (Debian, Ubuntu: apt install python3 python3-venv) or name one: make setup PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi; \
	echo "Using $$("$$python" --version) ($$(command -v "$$python"))"; \
	rm -rf $(UV_HOME); \
	"$$python" -m venv $(UV_HOME); \
	$(UV_HOME)/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_SERIES).*"

# Byte code is compiled here, once, and not by the processes of the first run, each for itself.
# uv is told of the certificates that pip trusts: those of pip's configuration, else those of the system if it has any.
UV_SYNC = @set -e; \
	certificates=$${PIP_CERT:-$$($(UV_HOME)/bin/python -m pip config get global.cert 2>/dev/null || true)}; \
	if [ -n "$$certificates" ] && [ -z "$$SSL_CERT_FILE" ]; then export SSL_CERT_FILE="$$certificates"; fi; \
	if [ -z "$$UV_SYSTEM_CERTS" ] && $(UV_HOME)/bin/python -c \
	    'import ssl, sys; paths = ssl.get_default_verify_paths(); sys.exit(not (paths.cafile or paths.capath))'; then \
	  export UV_SYSTEM_CERTS=1; \
	fi; \
	$(UV) sync --frozen --compile-bytecode --python $(or $(UV_PYTHON),$(UV_HOME)/bin/python)

$(SYNCED): pyproject.toml uv.lock | $(UV)
	$(UV_SYNC)
	@touch $@

demo: export COLOPHON_ID_KEY ?= demo-key-that-protects-nothing
demo: $(SYNCED)
	@rm -rf $(DEMO)
	$(BIN)/python examples/make_demo.py $(DEMO)
	$(BIN)/colophon run $(DEMO)/corpus.yaml --record $(DEMO)/record
	$(BIN)/colophon audit $(DEMO)/record
	$(BIN)/colophon summary $(DEMO)/record --provider $(DEMO)/provider.yaml --model $(DEMO)/model.yaml \
	  --out $(DEMO)/summary
	@echo
	@echo "What was found:"
	@$(BIN)/colophon sql $(DEMO)/record -f examples/demo_findings.sql
	@echo
	@echo "Open:"
	@echo "  $(DEMO)/summary/summary.html   the public summary, as a rights holder or an authority reads it"
	@echo "  $(DEMO)/corpus.yaml            what was declared about the data"
	@echo "  $(DEMO)/record/views.sql       the record in any DuckDB shell: cd $(DEMO)/record && duckdb -init views.sql"
	@echo "Ask:"
	@echo "  $(BIN)/colophon report $(DEMO)/record"
	@echo "  $(BIN)/colophon lookup $(DEMO)/record verlag.example"

test: $(SYNCED)
	$(BIN)/python -m pytest $(TEST_ARGUMENTS)

test-unit: $(SYNCED)
	$(BIN)/python -m pytest $(TEST_ARGUMENTS) -m "not job"

test-jobs: $(SYNCED)
	$(BIN)/python -m pytest $(TEST_ARGUMENTS) -m job

# What may differ between versions of Python: parsers, encodings, compiled libraries, and one whole job.
PYTHONS ?= 3.11 3.12 3.13
PYTHONS_TESTS ?= tests/config tests/connectors tests/dedup/sketch tests/query tests/record tests/reservations/parsing \
  "tests/pipeline/test_verification.py::test_a_finished_record_holds"

test-pythons: $(UV)
	@set -e; \
	for version in $(PYTHONS); do \
	  if $(UV_HOME)/bin/python -c "import sys; sys.exit('$$version' != '%d.%d' % sys.version_info[:2])"; then \
	    echo "Python $$version: skipped, it is that of make test"; continue; \
	  fi; \
	  python=; \
	  for candidate in "python$$version" "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/"$$version".*/bin/python; do \
	    if "$$candidate" -c 'import venv' >/dev/null 2>&1; then python=$$(command -v "$$candidate"); break; fi; \
	  done; \
	  if [ -z "$$python" ]; then echo "Python $$version: skipped, it is not installed"; continue; fi; \
	  echo "Python $$version: $$python"; \
	  home=build/python-$$version; \
	  $(MAKE) --no-print-directory UV_PYTHON="$$python" UV_PROJECT_ENVIRONMENT="$$home" $$home/.synced; \
	  $$home/bin/python -m pytest -q $(TEST_ARGUMENTS) $(PYTHONS_TESTS); \
	done

build/python-%/.synced: pyproject.toml uv.lock | $(UV)
	$(UV_SYNC)
	@touch $@

lint: $(SYNCED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m lint

# Rivals are added to the environment as it is; the next `make setup` after a change of the lock takes them out again.
$(RIVALS): $(SYNCED)
	$(UV_SYNC) --group bench
	@touch $@

bench: $(RIVALS)
	@$(BIN)/python -m benchmarks.run --scale $(SCALE) $(BENCH)

quality: $(SYNCED)
	@$(BIN)/python -m benchmarks.quality --write docs/quality.md $(IN)

# Like the rivals, the fuzzer is added to the environment as it is.
$(FUZZER): $(SYNCED)
	$(UV_SYNC) --group fuzz
	@touch $@

fuzz: $(FUZZER)
	@$(BIN)/python -m fuzz.run --runs $(RUNS)

# The generator lives beside .venv, so that no test comes to depend on it.
$(DOCS_VENV)/.synced: export UV_PROJECT_ENVIRONMENT := $(DOCS_VENV)
$(DOCS_VENV)/.synced: pyproject.toml uv.lock | $(UV)
	$(UV_SYNC) --no-default-groups --group docs
	@touch $@

# Pages hold parts that are drawn from the program: each is read anew (-E), whether it changed or not.
docs: $(DOCS_VENV)/.synced
	@$(DOCS_VENV)/bin/sphinx-build --fresh-env --nitpicky --fail-on-warning --keep-going --quiet -b html -d $(DOCS)/doctrees docs $(DOCS)/html
	@echo "$(DOCS)/html/index.html"

docs-reference: $(SYNCED)
	$(BIN)/python -m docs.generators.data_dictionary docs/reference/data_dictionary.md

pictures: demo
	$(BIN)/colophon audit $(DEMO)/record --format html --out $(DEMO)/audit.html
	$(BIN)/python -m docs.generators.pictures $(DEMO) docs/pictures

clean:
	rm -rf .venv .uv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
