from __future__ import annotations

from typing import Any

from brine_cli import __main__ as program
from brine_cli.desk.client import DeskClient
from brine_cli.desk.keys_command import key_lines

FUNCTION: dict[str, Any] = {"function": "Gateway", "namespace": None, "seals": 1, "error": None}


def test_each_key_says_what_it_does() -> None:
    keys = [{"id": 1, "seals_from": None}, {"id": 2, "seals_from": 1_800_000_000}]

    assert list(key_lines([FUNCTION | {"keys": keys}, FUNCTION | {"function": "X", "keys": keys[:1]}])) == [
        "Gateway  key 1  seals and opens",
        "Gateway  key 2  opens, to seal from 2027-01-15 08:00 UTC",
        "X        key 1  seals and opens",
    ]


def test_a_keyring_that_cannot_be_loaded_is_an_error(monkeypatch: Any, capsys: Any) -> None:
    broken = FUNCTION | {"keys": [], "seals": None, "error": "AccessDeniedException"}
    monkeypatch.setattr(DeskClient, "get", lambda *_: {"keys": [broken]})

    assert program.main(["keys", "--twin", "http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().out == "Gateway  its keyring cannot be loaded: AccessDeniedException\n"
