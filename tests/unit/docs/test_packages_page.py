"""docs/packages.md names the license of each package that `sam build` adds, as the package's metadata does."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

from tests.support.markdown import codes, read_page

ROOT = Path(__file__).parents[3]
SHIPPED = [*ROOT.glob("layers/*/src/requirements*.txt"), *ROOT.glob("functions/*/requirements.txt")]


def license_of(name: str) -> str:
    about = metadata(name)
    return about["License-Expression"] if "License-Expression" in about else about["License"]


def test_each_package_that_ships_has_its_license_in_the_table() -> None:
    names = {name for file in SHIPPED for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", file.read_text())}
    rows = [row for row in read_page(ROOT / "docs/packages.md").rows if len(row) == 2 and codes(row[0])]
    listed = {codes(row[0])[0].replace(".", "-"): re.split(r"[;,]", row[1])[0] for row in rows}
    assert listed == {name: license_of(name) for name in names}
