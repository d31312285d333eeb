"""The names that `import brine` offers, and the modules that it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

import brine


def test_the_public_names() -> None:
    assert brine.__all__ == [
        "App",
        "AsyncFetch",
        "Cache",
        "Fetch",
        "FunctionMistake",
        "Part",
        "PartFailed",
        "Rejected",
        "Request",
        "Response",
        "cache",
        "cached",
        "powertools_observer",
        "purges",
    ]
    assert [getattr(brine, name).__name__ for name in brine.__all__] == brine.__all__
    with pytest.raises(AttributeError, match="other"):
        brine.other  # noqa: B018 - asking is the test


def test_importing_the_package_loads_nothing_else() -> None:
    program = "import sys; before = set(sys.modules); import brine; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["brine"]
