"""The examples in the layer's README run as they stand."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tests.support.codec.samples import NOW

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[3]
README = ROOT / "layers/codec/README.md"
INTERNALS = ROOT / "docs/codec-internals.md"


def test_the_examples_run_in_their_order_without_anything_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("readme_of_the_codec")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names = vars(module)
    for example in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        exec(example, names)  # noqa: S102 - the README of this very repository

    assert capsys.readouterr().out == "Order(id=7, total=12.5)\n"
    codec, quote = names["codec"], names["Quote"](1.5)
    opened = codec.open(codec.seal([quote, names["Money"]("5 EUR")], now=NOW), now=NOW)
    assert opened[0] == quote
    assert opened[1].text == "5 EUR"


def test_the_example_of_the_internals_prints_the_tag_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = INTERNALS.read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(example, {"__name__": "__main__"})  # noqa: S102 - a page of this very repository
    assert f"It prints `{capsys.readouterr().out.strip()}`" in page
