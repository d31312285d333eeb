"""docs/events.md names each sample event, and a function of the samples that takes it."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

from tests.support.events import EVENTS
from tests.support.markdown import codes, read_page

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docs/events.md"
FILES = [file.relative_to(EVENTS).with_suffix("").as_posix() for file in EVENTS.rglob("*.json")]


def test_each_function_of_the_page_is_one_of_the_samples_with_an_event() -> None:
    rows = [row for row in read_page(FILE).rows if len(row) == 2 and re.fullmatch("`[A-Za-z]+Function`", row[1])]
    assert len(rows) == 5
    templates = "".join((ROOT / path).read_text() for path in ("samples/template.yaml", "template.yaml"))
    for files, function in rows:
        assert f"\n  {codes(function)[0]}:\n" in templates
        assert all(any(fnmatch(file, pattern) for file in FILES) for pattern in codes(files))


def test_each_event_is_described() -> None:
    text = FILE.read_text()
    names = {file.rpartition("/")[2].removesuffix("-multi-value") for file in FILES}
    assert {name for name in names if f"`{name}`" not in text and f"`sqs/{name}.json`" not in text} == set()
