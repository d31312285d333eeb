"""The examples in the layer's README run as they stand."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.codec.samples import NOW, Point

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[3]
README = ROOT / "layers/codec/README.md"
INTERNALS = ROOT / "docs/codec-internals.md"


@dataclass
class Quote:
    price: float


class Money:
    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Money:
        return cls(text)


def test_the_examples_run_in_their_order() -> None:
    names: dict[str, Any] = {"Order": Point, "order": Point(1, 2.5), "time": time, "Quote": Quote, "Money": Money}
    names["secret"] = '{"1": "what GenerateSecretString would have made, or so"}'
    for example in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
        exec(example, names)  # noqa: S102 - the README of this very repository
    assert names["order"] == Point(1, 2.5)
    assert type(names["sealed"]) is bytes
    codec = names["codec"]
    opened = codec.open(codec.seal([Quote(1.5), Money("5 EUR")], now=NOW), now=NOW)
    assert opened[0] == Quote(1.5)
    assert str(opened[1]) == "5 EUR"


def test_the_example_of_the_internals_prints_the_tag_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = INTERNALS.read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(example, {"__name__": "__main__"})  # noqa: S102 - a page of this very repository
    assert f"It prints `{capsys.readouterr().out.strip()}`" in page
