# The short names of what is done often. `make check` is what CI runs.
.PHONY: check test dev build clean

check:  ## every gate, then every test
	.ci/run

test:  ## the tests alone
	uv run pytest

dev:  ## the whole template on http://127.0.0.1:3000
	uv run brine dev

build:  ## what `sam deploy` will ship, compiled (docs/decisions/0033)
	uv run sam build
	uv run python -m compileall -q --invalidation-mode unchecked-hash .aws-sam/build

clean:
	rm -rf .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis
