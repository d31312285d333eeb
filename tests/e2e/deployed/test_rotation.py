"""The deployed rotator rotates a keyring with its role alone, and so does the command by the name of the stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.e2e.deployed.test_stack import get
from tests.support.emulators.aws import REGION
from tests.support.emulators.deployment import STACK

if TYPE_CHECKING:
    from tests.support.emulators.deployment import DeployedStack

pytestmark = pytest.mark.deploy

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
SECONDS = 60


def keys_of(stack: DeployedStack, secret: str) -> dict[str, Any]:
    """The keyring that functions read."""
    secrets = stack.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=stack.resources[secret], VersionStage="AWSCURRENT")["SecretString"]
    keys: dict[str, Any] = json.loads(text)
    return keys


def test_the_deployed_function_takes_the_steps_of_secrets_manager(deployed_stack: DeployedStack) -> None:
    before = keys_of(deployed_stack, "ExchangeKeys")
    secret = deployed_stack.client("secretsmanager").describe_secret(SecretId=deployed_stack.resources["ExchangeKeys"])
    version = str(uuid4())
    for step in STEPS:
        event = {"Step": step, "SecretId": secret["ARN"], "ClientRequestToken": version}
        answer = deployed_stack.client("lambda").invoke(
            FunctionName=deployed_stack.resources["RotatorFunction"], Payload=json.dumps(event)
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
    after = keys_of(deployed_stack, "ExchangeKeys")
    newest = str(max(map(int, before)) + 1)
    assert after.keys() == {*before, newest}
    assert {key: after[key] for key in before} == before


def test_the_command_rotates_the_keyrings_of_the_stack_while_it_answers(deployed_stack: DeployedStack) -> None:
    path = f"/httpbin/cache/60?rotation={uuid4().hex}"
    assert "stored" in get(deployed_stack, path).explained
    deployed_stack.restart("GatewayFunction")
    place = ("--stack", STACK, "--endpoint-url", deployed_stack.endpoint_url, "--region", REGION)
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli", "keys", "rotate", *place, "--json"],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rotated = json.loads(done.stdout)["rotated"]
    assert [one["secret"] for one in rotated] == ["ResponseKeys", "ExchangeKeys", "FunctionKeys"]
    assert [key["state"] for key in rotated[0]["keys"]] == ["waits", "seals"]
    assert keys_of(deployed_stack, "ResponseKeys").keys() == {"1", "2"}
    assert "hit" in get(deployed_stack, path).explained
