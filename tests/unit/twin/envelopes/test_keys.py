"""`brine keys` and `--keys`: a file, a secret, the keys of a running twin. No part of a key is ever printed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from brine_cli.desk.client import DeskClient
from brine_cli.project.default_template import default_template
from brine_cli.running_twin import RunningTwin
from tests.support.loopback import Loopback, answering_once_and_closing
from tests.unit.twin.envelopes.conftest import KEYS, SECRET

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.twin.envelopes.conftest import Run


def secrets_manager(status: str, document: dict[str, object]) -> Loopback:
    """A server that answers one call of Secrets Manager."""
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    return Loopback(answering_once_and_closing(head + body))


def test_the_keys_of_a_file_are_listed_by_id(run: Run) -> None:
    told = run("keys", "keys.json")
    lines = told.out.decode().splitlines()
    assert told.code == 0
    assert lines[0].split() == ["key", "state", "seals", "since", "opens", "until"]
    assert lines[1].startswith("3    opens, and will seal  2096-10-02 07:06 UTC (in ")
    assert lines[1].endswith("it is replaced")
    assert [line.split()[:5] for line in lines[2:]] == [
        ["2", "seals", "and", "opens", "not"],
        ["1", "opens", "not", "said", "2097-10-04"],
    ]
    assert "keys.json has this text since" in told.errors


def test_json_has_no_secret(run: Run) -> None:
    told = run("keys", "keys.json", "--json")
    assert told.json()["seals"] == 2
    assert told.json()["keys"] == [
        {"id": 3, "state": "waits", "seals_from": 4_000_000_000, "opens_until": None},
        {"id": 2, "state": "seals", "seals_from": None, "opens_until": 4_000_000_000 + 367 * 86_400},
        {"id": 1, "state": "opens", "seals_from": None, "opens_until": 4_000_000_000 + 367 * 86_400},
    ]
    assert SECRET.encode() not in told.out


def test_a_secret_is_read_at_an_endpoint(run: Run) -> None:
    with secrets_manager("200 OK", {"SecretString": KEYS, "CreatedDate": 1_790_000_000}) as server:
        told = run("keys", "prod/keys", "--endpoint-url", str(server.address), "--json")
        assert (told.json()["seals"], told.json()["changed_at"]) == (2, 1_790_000_000)
        assert b'{"SecretId":"prod/keys",' in server.requests[0]


def test_a_secret_of_the_running_twin_has_its_logical_id_as_name(run: Run, tmp_path: Path) -> None:
    with secrets_manager("200 OK", {"SecretString": KEYS}) as server:
        RunningTwin(
            template=str((tmp_path / default_template()).resolve()),
            url="http://127.0.0.1:1",
            pid=os.getpid(),
            aws_endpoint=str(server.address),
            resources={"OrdersKeys": "arn:aws:secretsmanager:us-east-1:1:secret:x"},
        ).write(os.environ)
        told = run("keys", "OrdersKeys", "--json")
        assert told.json()["place"] == "the secret OrdersKeys of the running twin"
        assert b'{"SecretId":"arn:aws:secretsmanager:us-east-1:1:secret:x",' in server.requests[0]


def test_a_name_that_is_no_secret_gets_the_names_of_the_running_twin(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    arn = "arn:aws:secretsmanager:us-east-1:1:secret:"
    RunningTwin(
        template=str((tmp_path / default_template()).resolve()),
        url="http://127.0.0.1:1",
        pid=os.getpid(),
        aws_endpoint="http://127.0.0.1:1",
        resources={"Table": "table", "OrdersKeys": f"{arn}x", "ApiKeys": f"{arn}y"},
    ).write(os.environ)
    told = run("keys", "OrdersKey")
    assert told.code == 1
    assert told.errors.startswith("brine: the secret OrdersKey cannot be read")
    assert "The running twin has the secrets ApiKeys, OrdersKeys" in " ".join(told.errors.split())


def test_a_secret_that_cannot_be_read_says_what_to_check(run: Run) -> None:
    with secrets_manager("400 Bad Request", {"__type": "ResourceNotFoundException"}) as server:
        told = run("keys", "prod/keys", "--endpoint-url", str(server.address))
    assert told.code == 1
    assert "the secret prod/keys cannot be read: GetSecretValue: ResourceNotFoundException (400)." in told.errors
    assert "secretsmanager:GetSecretValue" in told.errors


@pytest.mark.parametrize("text", ["{", "[]", f'{{"x": "{SECRET}"}}', f'{{"1": ["{SECRET}"]}}', '{"1": "short"}'])
def test_a_file_that_is_no_keyring_is_told_without_its_text(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "wrong.json").write_text(text)
    told = run("keys", "wrong.json")
    assert told.code == 1
    assert told.errors.startswith("brine: wrong.json: ")
    assert SECRET not in told.errors


def test_a_file_that_is_missing_is_no_secret(run: Run) -> None:
    assert "none.json: no such file" in run("keys", "none.json").errors


def test_the_keys_of_a_twin_are_listed_for_each_function(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    key = {"id": 1, "state": "seals", "seals_from": None, "opens_until": None}
    functions = [
        {"function": "Gateway", "seals": 1, "keys": [key], "error": None},
        {"function": "Shop", "seals": None, "keys": [], "error": "the keyring could not be loaded"},
    ]
    monkeypatch.setattr(DeskClient, "get", lambda *_: {"keys": functions})
    told = run("keys")
    assert told.code == 1
    assert told.out.decode().splitlines()[1:] == [
        "Gateway   1    seals and opens                                    not said     it is replaced",
        "Shop      -    cannot be loaded: the keyring could not be loaded  -            -",
    ]
    assert run("keys", "--json").json() == {"keys": functions}


@pytest.mark.parametrize("arguments", [("--region", "eu-west-1"), ("keys.json", "--twin", "http://127.0.0.1:1")])
def test_options_of_one_place_are_not_for_another(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("keys", *arguments).code == 2
