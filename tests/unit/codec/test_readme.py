"""The example in the layer's README runs as it stands."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from tests.support.codec.samples import Point

README = Path(__file__).parents[3] / "layers/codec/README.md"


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    names: dict[str, Any] = {"Order": Point, "order": Point(1, 2.5), "time": time}
    names["secret"] = '{"1": "what GenerateSecretString would have made, or so"}'
    exec(example, names)  # noqa: S102 - the README of this very repository
    assert names["order"] == Point(1, 2.5)
    assert type(names["sealed"]) is bytes
