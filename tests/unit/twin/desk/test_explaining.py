"""Explanations follow the functions and their routes, as the admin API does. No request here reaches AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.domain.http.messages import Request
from brine.service.problems import Problem
from brine_cli.desk.explaining import Explaining
from brine_cli.template.event_sources import ApiRoute
from tests.unit.twin.desk.test_desk import ROUTE, launch

if TYPE_CHECKING:
    from pathlib import Path


def test_while_routes_have_a_mistake_the_last_good_ones_are_explained(tmp_path: Path) -> None:
    routes = tmp_path / "routes.toml"
    gateway = launch("Gateway", tmp_path, BRINE_ROUTES=str(routes), BRINE_BUCKET="bodies")
    explaining = Explaining(lambda: [gateway], lambda: [ApiRoute(method="ANY", path=None, function="Gateway")])
    asked = Request(method="GET", path="/one/7", query=None)

    routes.write_text("[[route]]\nname = 7\n")
    with pytest.raises(Problem, match="Gateway cannot start: "):
        explaining.explained(asked, None)
    routes.write_text(ROUTE % ("one", "one"))
    assert explaining.explained(asked, None)["route"]["name"] == "one"
    routes.write_text("[[route]]\nname = 77\n")
    assert explaining.explained(asked, None)["route"]["name"] == "one"
    routes.write_text(ROUTE % ("two", "one"))
    assert explaining.explained(asked, None)["route"]["name"] == "two"
    explaining.close()
