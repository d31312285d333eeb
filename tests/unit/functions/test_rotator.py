"""The rotator's handler: the four steps of Secrets Manager, its log without keys, and events that are no steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from brine_codec import Keyring
from tests.support.emulators.aws import REGION
from tests.unit.functions.invoking import KEYS, Output, running

if TYPE_CHECKING:
    from tests.support.emulators.aws import Emulator

ROTATOR = Path(__file__).parents[3] / "functions/rotator"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def variables_on(emulator: Emulator) -> dict[str, str]:
    """The environment of the rotator. It has a table as all functions of the stack have, and does not use it."""
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint_url,
        "AWS_REGION": REGION,
        "BRINE_TABLE": "unused",
        "BRINE_KEY_KEEP_DAYS": "30",
        "POWERTOOLS_SERVICE_NAME": "rotator",
    }


def event(secret: str, version: str, step: str) -> dict[str, str]:
    return {"Step": step, "SecretId": secret, "ClientRequestToken": version}


def test_the_steps_rotate_the_keyring_and_the_log_has_no_key(emulator: Emulator, tmp_path: Path) -> None:
    secret = emulator.create_secret(f"rotator-{uuid4().hex[:8]}", KEYS)
    output, version = Output(), str(uuid4())
    with running(variables_on(emulator), tmp_path / "opt", output, code=ROTATOR, handler="app.handler") as invoke:
        answers = [invoke(event(secret, version, step)) for step in STEPS]
        text = emulator.secrets.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"]
        assert invoke(event(secret, version, "finishSecret")) is None  # once more

    assert answers == [None] * 4
    assert Keyring.from_json(text).sealing_key(0).id == 1
    keys = json.loads(text)
    assert keys["1"] == json.loads(KEYS)["1"]
    assert [record["step"] for record in output.log] == [*STEPS, "finishSecret"]
    assert (output.log[3]["keys"], output.log[3]["newest"]) == ([1, 2], 2)
    assert output.log[3]["seals_from"] == keys["2"]["seals_from"]
    written = "\n".join(output.lines)
    assert keys["1"] not in written
    assert keys["2"]["secret"] not in written


def test_a_secret_that_is_no_keyring_is_an_error_in_the_log_and_stays(emulator: Emulator, tmp_path: Path) -> None:
    secret = emulator.create_secret(f"rotator-{uuid4().hex[:8]}", "hushed, and no keyring")
    output = Output()
    with (
        running(variables_on(emulator), tmp_path / "opt", output, code=ROTATOR, handler="app.handler") as invoke,
        pytest.raises(Exception, match=r"is no keyring: the keyring is not a JSON object\. Nothing was changed"),
    ):
        invoke(event(secret, str(uuid4()), "createSecret"))
    (record,) = [one for one in output.log if one["message"] == "rotation failed"]
    assert (record["level"], record["step"], record["secret"]) == ("ERROR", "createSecret", secret)
    assert "hushed" not in "\n".join(output.lines)
    assert emulator.secrets.get_secret_value(SecretId=secret)["SecretString"] == "hushed, and no keyring"
    assert len(emulator.secrets.list_secret_version_ids(SecretId=secret)["Versions"]) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "it needs Step, SecretId, ClientRequestToken"),
        ([], "it needs Step"),
        ({"Step": "createSecret", "SecretId": "a", "ClientRequestToken": 5}, "it needs Step"),
        (event("a", "b", "deleteSecret"), "Step is one of createSecret, setSecret, testSecret, finishSecret"),
    ],
)
def test_another_event_is_an_error(emulator: Emulator, tmp_path: Path, wrong: Any, message: str) -> None:
    output = Output()
    with (
        running(variables_on(emulator), tmp_path / "opt", output, code=ROTATOR, handler="app.handler") as invoke,
        pytest.raises(Exception, match=message),
    ):
        invoke(wrong)
