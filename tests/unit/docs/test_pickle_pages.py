"""The pages for users of `pickle.dumps` show code of the examples, and their naive code fails as they say."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from examples.shop import Order
from tests.support.markdown import blocks

ROOT = Path(__file__).parents[3]
PAGES = ["pickle-send-receive", "pickle-convert", "pickle-cache"]
ORDER = Order("A-1", datetime(2026, 9, 21, 12, 30, tzinfo=UTC), Decimal("3.00"), [])


def naive_code(page: str) -> str:
    """Return the first block of a page: the code that its reader has today."""
    return blocks(ROOT / f"docs/{page}.md", "python")[0]


def is_part_of(block: str, code: str) -> bool:
    """Return whether a block is a run of whole lines of the code, at any indentation."""
    wanted, lines = block.splitlines(), code.splitlines()
    runs = (lines[start : start + len(wanted)] for start in range(len(lines)))
    return any(dedent("\n".join(run)).splitlines() == wanted for run in runs)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_after_the_first_is_a_part_of_an_example(page: str) -> None:
    path = ROOT / f"docs/{page}.md"
    shown = [*blocks(path, "python")[1:], *blocks(path, "toml")]
    examples = [file.read_text(encoding="utf-8") for file in (ROOT / "examples").glob("*.[pt]*")]
    assert len(shown) >= 2
    assert [block for block in shown if not any(is_part_of(block, code) for code in examples)] == []


def test_a_block_with_a_changed_or_missing_line_is_no_part() -> None:
    code = "def f():\n    a = 1\n    if a:\n        b = 2\n"
    assert is_part_of("a = 1\nif a:\n    b = 2\n", code)
    assert not is_part_of("a = 1\nb = 2\n", code)
    assert not is_part_of("a = 2\n", code)


def test_the_naive_service_runs_the_code_of_its_client() -> None:
    sent: list[bytes] = []

    def post(_url: str, *, data: bytes, headers: dict[str, str]) -> None:
        assert headers == {"Content-Type": "application/python-pickle"}
        sent.append(data)

    attack = b"cos\ngetcwd\n(tR."  # calls a function, as an attacker would call os.system
    names: dict[str, Any] = {
        "requests": SimpleNamespace(post=post),
        "request": SimpleNamespace(body=attack),
        "pickle": pickle,
        "url": "https://service.test/orders",
        "order": ORDER,
    }
    exec(naive_code(PAGES[0]), names)  # noqa: S102 - the page's code
    assert names["order"] == str(Path.cwd())
    assert pickle.loads(sent[0]) == ORDER  # noqa: S301 - made by this test


def test_the_naive_conversion_loses_the_types() -> None:
    names: dict[str, Any] = {"json": json, "pickle": pickle, "asdict": asdict}
    exec(naive_code(PAGES[1]), names)  # noqa: S102 - the page's code
    respond = names["respond"]
    assert pickle.loads(respond(ORDER, "application/python-pickle")) == ORDER  # noqa: S301 - made by this test
    assert json.loads(respond(ORDER, "application/json"))["total"] == "3.00"
