# Each target sets up .venv by itself: the first time it installs, afterwards a stamp says that nothing changed.
#   make demo | test | check | app | eval | bench | clean        (PYTHON=python3.12 chooses the interpreter)

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
TESTED := audit,cards,claude,demo,dev,docs,eval,minilm,ollama,postgres
ARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check app eval bench clean
.DELETE_ON_ERROR:

demo: .venv/extras-audit,demo,docs,minilm
	$(BIN)/askreg --home .demo demo $(ARGS)

test: .venv/extras-$(TESTED)
	$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: .venv/extras-$(TESTED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy src app eval benchmarks
	$(BIN)/mypy tests

app: .venv/extras-app,audit,demo,docs,minilm
	$(BIN)/askreg --home .demo app $(ARGS)

eval: .venv/extras-$(TESTED)
	$(BIN)/python eval/run.py --jobs 2 $(ARGS)
	$(BIN)/python -m eval.retrieval
	$(BIN)/python -m eval.mutation
	$(BIN)/python -m eval.phi
	$(BIN)/python -m eval.injection
	$(BIN)/python -m eval.retrieval

bench: .venv/extras-$(TESTED)
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf .venv .demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp's name lists its extras.
.venv/extras-%: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "installing askreg[$*] into .venv (the first time takes a minute or two)"
	@$(BIN)/python -m pip install -q -q -c constraints.txt -e '.[$*]'
	@touch $@

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "askreg needs Python 3.11 or newer; name one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is older than Python 3.11; name a newer one with PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv
