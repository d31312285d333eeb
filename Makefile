# The short names of what is done often. `make check` is what CI runs.
.PHONY: check test quick dev docs build requirements clean

check:  ## every gate, then every test
	.ci/run

test:  ## the tests alone
	uv run pytest

quick:  ## the tests that are not slow, in less than two minutes
	uv run pytest -m "not slow"

dev:  ## the samples and the production stack that they nest, on http://127.0.0.1:3000
	uv run brine dev

docs:  ## the documentation as a site, build/site/index.html; a broken link is an error
	uv run --group docs sphinx-build -q -n -W --keep-going -c docs . build/site

build:  ## what `sam deploy` will ship, compiled (docs/decisions/0033), and the list of what is in it
	uv run sam build
	uv run python -m compileall -q --invalidation-mode unchecked-hash .aws-sam/build
	uv run python .ci/sbom.py .aws-sam/build/template.yaml .aws-sam/sbom.cdx.json

EXPORT = uv export --quiet --frozen --no-emit-workspace --no-annotate

requirements:  ## the files that pip installs from, with the versions and hashes of uv.lock
	$(EXPORT) --package brine-codec --no-dev --output-file layers/codec/src/requirements.txt
	uv pip compile --quiet --generate-hashes --no-annotate --python-version 3.12 \
		layers/codec/pyproject.toml --constraint layers/codec/src/requirements.txt \
		--output-file layers/codec/src/requirements-3.12.txt
	$(EXPORT) --package brine-core --prune brine-codec --no-dev --output-file layers/core/src/requirements.txt
	for folder in functions/*/; do $(EXPORT) --only-group functions --output-file $${folder}requirements.txt || exit 1; done
	$(EXPORT) --only-group ci --output-file .ci/requirements.txt
	uv pip compile --quiet --generate-hashes --no-annotate --python-version 3.13 \
		tests/support/emulators/ministack-requirements.in --output-file tests/support/emulators/ministack-requirements.txt

clean:
	rm -rf .aws-sam build/site .mypy_cache .ruff_cache .pytest_cache .hypothesis
