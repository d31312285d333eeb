"""The hosts of origins by function and route, as the files have them now."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from brine_cli.desk.origin_names import OriginNames
from tests.unit.twin.desk.test_desk import ROUTE, launch

if TYPE_CHECKING:
    from pathlib import Path


def test_each_function_has_the_origins_of_its_routes(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(ROUTE % ("one", "one"))
    beside = tmp_path / "shop"
    beside.mkdir()
    (beside / "routes.toml").write_text((ROUTE % ("one", "one")).replace("origin.test", "shop.test:81"))
    gateway = launch("Gateway", tmp_path, BRINE_ROUTES=str(tmp_path / "routes.toml"))

    names = OriginNames(lambda: [gateway, launch("Shop", beside), replace(gateway, name="Plain", variables={})])

    assert names() == {("Gateway", "one"): "origin.test", ("Shop", "one"): "shop.test:81"}


def test_the_names_follow_the_files_and_a_mistake_hides_them(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    names = OriginNames(lambda: [launch("Gateway", tmp_path, BRINE_ROUTES=str(file))])
    for number, (text, found) in enumerate(
        ((ROUTE % ("one", "one"), "origin.test"), ("[[route", None), (ROUTE % ("two", "two"), "origin.test"))
    ):
        file.write_text(text)
        os.utime(file, (number, number))
        assert list(names().values()) == ([] if found is None else [found])
    assert list(names()) == [("Gateway", "two")]
