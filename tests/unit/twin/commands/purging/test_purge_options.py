"""What `brine purge` refuses, and when it speaks to a running twin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli import __main__ as program
from brine_cli.commands.purging import purge_in_twin
from brine_cli.commands.purging.purge import _routes_for_url
from brine_cli.desk.client import DeskClient
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROUTES = """
[[route]]
name = "shop"
prefix = "/shop"
origin = "https://shop.test"
[[route]]
name = "other"
prefix = "/other"
origin = "${OTHER_ORIGIN}"
"""
ITEM = {
    "kind": "response",
    "route": "shop",
    "url": "/shop/7",
    "method": "GET",
    "target": "/7",
    "state": "fresh",
    "age": 1.0,
    "remaining_freshness": 59,
    "bytes": 300,
    "stored_bytes": 900,
    "where": "table",
    "tags": ["menu"],
    "variant": None,
    "tenant": None,
    "tenant_digest": None,
    "function": "Gateway",
    "namespace": None,
    "source": None,
    "status": 200,
    "reason": None,
}


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command sends to the admin API of a twin, which answers."""
    sent: list[dict[str, Any]] = []

    def post(_: DeskClient, name: str, members: Mapping[str, object]) -> dict[str, Any]:
        sent.append({"name": name, **{key: value for key, value in members.items() if value is not None}})
        if members["dry_run"]:
            return {"items": [ITEM], "count": 1, "bytes": 900, "complete": True}
        return {"stamp": "s", "at": 1.0, "note": "No routes.toml has it."}

    monkeypatch.setattr(DeskClient, "post", post)
    return sent


def test_a_pattern_as_the_url_is_refused_with_the_options_for_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["purge", "--url", "/shop/*"]) == 2
    errors = capsys.readouterr().err
    assert "--url /shop/* has a *" in errors
    assert "--tag" in errors
    assert "--route NAME" in errors


def test_a_star_in_the_query_is_part_of_the_url(posted: list[dict[str, Any]]) -> None:
    assert program.main(["purge", "--url", "/shop?q=*", "--twin", "http://127.0.0.1:1"]) == 0
    assert posted == [{"name": "purge", "url": "/shop?q=*"}]


def test_options_of_a_stack_exclude_those_of_a_twin(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["purge", "--everything", "--table", "t", "--dry-run"]) == 2
    assert "Leave out --table" in capsys.readouterr().err


def test_a_purge_in_a_twin_says_what_and_where(
    posted: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["purge", "--tag", "menu", "--soft", "--twin", "http://127.0.0.1:1"]) == 0

    printed = capsys.readouterr()
    assert posted == [{"name": "purge", "tag": "menu", "soft": True}]
    assert printed.out == 'Purged softly, to be validated: all with the tag "menu", at http://127.0.0.1:1.\n'
    assert printed.err == "brine: No routes.toml has it.\n"


def test_a_dry_run_lists_the_items_and_purges_nothing(
    posted: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["purge", "--tag", "menu", "--dry-run", "--twin", "http://127.0.0.1:1"]) == 0

    printed = capsys.readouterr()
    assert posted == [{"name": "purge", "tag": "menu", "dry_run": True}]
    assert "/shop/7" in printed.out
    assert printed.err == "Nothing is purged. The purge would end 1 item, 900 B.\n"


def test_the_json_of_a_dry_run_is_that_of_the_admin_api(
    posted: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["purge", "--everything", "--dry-run", "--json", "--twin", "http://127.0.0.1:1"]) == 0
    assert posted == [{"name": "purge", "everything": True, "dry_run": True}]
    assert json.loads(capsys.readouterr().out)["items"] == [ITEM]


@pytest.mark.parametrize(
    ("options", "described"),
    [
        ({"url": "/x", "tenant": "acme"}, '/x, in all variants, for the tenant "acme"'),
        ({"tag": "t", "all_tenants": True}, 'all with the tag "t", for all tenants'),
        ({"route": "shop"}, "all of the route shop"),
        ({"everything": True}, "everything"),
        ({"tenant": "acme"}, 'all that is stored, for the tenant "acme"'),
    ],
)
def test_each_choice_has_a_description(options: dict[str, Any], described: str) -> None:
    assert purge_in_twin.described(purge_in_twin_options(options)) == described


def purge_in_twin_options(options: dict[str, Any]) -> Any:
    from brine_cli.commands.purging.purge_options import PurgeOptions  # noqa: PLC0415 - for this helper alone

    return PurgeOptions(**options)


def test_only_the_route_of_the_url_needs_its_variables(tmp_path: Path) -> None:
    file = tmp_path / "routes.toml"
    file.write_text(ROUTES)

    assert _routes_for_url("/shop/7?a=1", file, {}).named("shop") is not None
    with pytest.raises(CommandError, match="OTHER_ORIGIN is not set"):
        _routes_for_url("/other/7", file, {})


def test_an_empty_name_of_a_table_is_no_choice_of_the_twin(
    posted: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BRINE_TABLE", raising=False)
    assert program.main(["purge", "--everything", "--table", ""]) == 1
    assert posted == []
    assert "no table is named. Give --table NAME" in capsys.readouterr().err
