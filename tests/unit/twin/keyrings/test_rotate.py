"""`brine keys rotate` on an emulated AWS: a secret, a stack, the running twin, and the removal of a leaked key."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING
from uuid import uuid4

import click
import pytest

from brine.domain.keys.times import DAY, SEALS_AFTER
from brine_cli.__main__ import main
from brine_cli.project.default_template import default_template
from brine_cli.running_twin import RunningTwin
from brine_codec import Keyring
from tests.support.emulators.aws import REGION, sdk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.emulators.aws import Emulator

SECRET = "a secret of the tests that is long enough"
KEYS = json.dumps({"1": SECRET})
NAMES = ("ResponseKeys", "ExchangeKeys", "FunctionKeys")

type Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], emulator: Emulator) -> Run:
    """Run `brine keys rotate` against the emulator, and return the exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("AWS_REGION", REGION)

    def call(
        *arguments: str, place: tuple[str, ...] = ("--endpoint-url", emulator.endpoint_url)
    ) -> tuple[int, str, str]:
        region = () if "--endpoint-url" not in place else ("--region", REGION)
        code = main(["keys", "rotate", *arguments, *place, *region])
        told = capsys.readouterr()
        assert SECRET not in told.out + told.err
        return code, told.out, told.err

    return call


@pytest.fixture
def secret(emulator: Emulator) -> str:
    """The ARN of a secret with a keyring of one key."""
    return emulator.create_secret(f"rotate-{uuid4().hex[:8]}", KEYS)


def text_of(emulator: Emulator, secret: str) -> str:
    return emulator.secrets.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")["SecretString"]


def test_a_secret_is_rotated_step_by_step(run: Run, emulator: Emulator, secret: str) -> None:
    code, out, _ = run("--secret", secret)
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines[1:5]] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert lines[5].startswith("Key 2 seals from ")
    assert lines[5].endswith(" on. Until then key 1 seals.")
    assert lines[6].startswith("Key 1 opens until ")
    keyring = Keyring.from_json(text_of(emulator, secret))
    assert [key.id for key in keyring.keys(0)] == [2, 1]


def test_json_has_the_times_of_each_key(run: Run, secret: str) -> None:
    code, out, _ = run("--secret", secret, "--json", "--keep-days", "30")
    (rotated,) = json.loads(out)["rotated"]
    newer, older = rotated["keys"]
    assert (code, rotated["secret"]) == (0, secret)
    assert (newer["id"], newer["state"], newer["opens_until"]) == (2, "waits", None)
    assert (older["id"], older["state"], older["seals_from"]) == (1, "seals", None)
    assert older["opens_until"] == newer["seals_from"] + 30 * DAY


def test_a_rotation_that_was_interrupted_is_continued(run: Run, emulator: Emulator, secret: str) -> None:
    version = str(uuid4())
    later = {"secret": SECRET + "er", "seals_from": 4_000_000_000}
    emulator.secrets.put_secret_value(
        SecretId=secret,
        ClientRequestToken=version,
        SecretString=json.dumps({"1": SECRET, "2": later}),
        VersionStages=["AWSPENDING"],
    )
    code, out, _ = run("--secret", secret)
    assert (code, out.splitlines()[0]) == (0, f"{secret}: version {version}")
    assert json.loads(text_of(emulator, secret))["2"] == later


def test_a_rotation_that_is_too_old_to_be_continued_is_begun_anew(run: Run, emulator: Emulator, secret: str) -> None:
    emulator.secrets.put_secret_value(
        SecretId=secret,
        ClientRequestToken=str(uuid4()),
        SecretString=json.dumps({"1": SECRET, "2": {"secret": SECRET + "er", "seals_from": 5}}),
        VersionStages=["AWSPENDING"],
    )
    code, out, _ = run("--secret", secret)
    assert code == 0
    assert "cannot go on: this rotation began too long ago" in out
    assert json.loads(text_of(emulator, secret))["2"]["seals_from"] > 5


def test_a_secret_that_is_no_keyring_stays_as_it_is(run: Run, emulator: Emulator) -> None:
    secret = emulator.create_secret(f"rotate-{uuid4().hex[:8]}", "hushed")
    code, _, err = run("--secret", secret)
    assert code == 1
    assert "is no keyring: the keyring is not a JSON object. Nothing was changed." in err
    assert "hushed" not in err
    assert text_of(emulator, secret) == "hushed"


def test_a_secret_that_does_not_exist_says_what_the_command_needs(run: Run) -> None:
    code, _, err = run("--secret", "rotate-none")
    assert code == 1
    assert "rotate-none: DescribeSecret: ResourceNotFoundException (404)." in err
    assert "secretsmanager:DescribeSecret, GetSecretValue, PutSecretValue and UpdateSecretVersionStage" in err


@pytest.fixture
def stack(emulator: Emulator) -> str:
    """The name of a stack that nests one with three keyrings, and with KeyKeepDays 40."""
    name = f"rotate-{uuid4().hex[:8]}"
    inner = {
        "Parameters": {"KeyKeepDays": {"Type": "Number", "Default": 367}},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},  # moto makes no secrets of a template
        "Outputs": {f"{key}Arn": {"Value": emulator.create_secret(f"{name}-{key}", KEYS)} for key in NAMES},
    }
    bucket = emulator.create_bucket(f"{name}-templates")
    emulator.s3.put_object(Bucket=bucket, Key="inner.json", Body=json.dumps(inner).encode())
    outer = {
        "Resources": {
            "Brine": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {
                    "TemplateURL": f"https://{bucket}.s3.amazonaws.com/inner.json",
                    "Parameters": {"KeyKeepDays": "40"},
                },
            }
        }
    }
    sdk().client("cloudformation", endpoint_url=emulator.endpoint_url).create_stack(
        StackName=name, TemplateBody=json.dumps(outer)
    )
    return name


def test_the_keyrings_of_a_nested_stack_are_rotated_with_its_parameter(run: Run, stack: str) -> None:
    code, out, err = run("--stack", stack, "--json")
    assert (code, err) == (0, "")
    rotated = json.loads(out)["rotated"]
    assert [one["secret"] for one in rotated] == list(NAMES)
    for one in rotated:
        newer, older = one["keys"]
        assert older["opens_until"] == newer["seals_from"] + 40 * DAY


def test_one_keyring_of_a_stack_is_named_by_its_logical_id(run: Run, stack: str) -> None:
    _, out, _ = run("--stack", stack, "--secret", "ExchangeKeys", "--json")
    assert [one["secret"] for one in json.loads(out)["rotated"]] == ["ExchangeKeys"]
    code, _, err = run("--stack", stack, "--secret", "OtherKeys")
    assert code == 1
    assert f"the stack {stack} has no secret OtherKeys. Its keyrings: {', '.join(NAMES)}" in err


def test_a_stack_that_does_not_exist_or_is_none_of_brine(run: Run, emulator: Emulator) -> None:
    code, _, err = run("--stack", "rotate-none")
    assert (code, "there is no stack rotate-none in this region" in err) == (1, True)
    name = f"rotate-{uuid4().hex[:8]}"
    empty = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    sdk().client("cloudformation", endpoint_url=emulator.endpoint_url).create_stack(StackName=name, TemplateBody=empty)
    code, _, err = run("--stack", name)
    assert (code, f"the stack {name} is no stack of Brine" in err) == (1, True)


def test_the_keyrings_of_the_running_twin_need_no_option(run: Run, emulator: Emulator, tmp_path: Path) -> None:
    secrets = sdk().client("secretsmanager", endpoint_url=emulator.endpoint_url, region_name="us-east-1")
    arns = {name: secrets.create_secret(Name=f"{name}-{uuid4().hex}", SecretString=KEYS)["ARN"] for name in NAMES[:2]}
    RunningTwin(
        template=str((tmp_path / default_template()).resolve()),
        url="http://127.0.0.1:1",
        pid=os.getpid(),
        aws_endpoint=emulator.endpoint_url,
        resources={**arns, "Table": "table"},
    ).write(os.environ)
    code, out, _ = run(place=())
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines() if ": version" in line] == list(NAMES[:2])
    code, out, err = run("--leaked", "1", "--yes", place=())
    assert (code, "--leaked needs --secret" in err) == (1, True)
    code, out, _ = run("--leaked", "1", "--yes", "--secret", "ResponseKeys", place=())
    assert (code, "Key 1 of ResponseKeys is removed. Each stored response that it sealed is a miss" in out) == (0, True)


def test_without_a_twin_the_keyring_must_be_named(run: Run) -> None:
    code, _, err = run(place=())
    assert code == 1
    assert "no twin runs here, and no keyring is named. Start `brine dev`, or give --stack NAME or --secret" in err


def test_a_leaked_key_is_removed_after_a_question(
    run: Run, emulator: Emulator, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    answers = iter([False, True])
    asked = []

    def confirm(question: str, *, abort: bool) -> None:
        asked.append(question)
        if abort and not next(answers):
            raise click.Abort

    monkeypatch.setattr(click, "confirm", confirm)
    code, out, _ = run("--secret", secret, "--leaked", "1")
    assert code == 130
    assert "Key 1 will not open envelopes any more, in any process, within 5m 10s." in out
    assert "Envelopes that it sealed are refused from then on" in out
    assert "Key 2 seals at once. Its envelopes are misses in processes that do not know it yet." in out
    assert text_of(emulator, secret) == KEYS
    code, out, _ = run("--secret", secret, "--leaked", "1")
    assert (code, asked) == (0, [f"Remove key 1 of {secret}?"] * 2)
    assert list(json.loads(text_of(emulator, secret))) == ["2"]
    assert "brine purge --everything" in out


def test_a_leaked_key_has_an_older_one_seal_until_the_new_one_is_known(run: Run, emulator: Emulator) -> None:
    keys = {"1": SECRET, "2": {"secret": SECRET + "er", "seals_from": 1_700_000_000}}
    secret = emulator.create_secret(f"rotate-{uuid4().hex[:8]}", json.dumps(keys))
    code, out, _ = run("--secret", secret, "--leaked", "2", "--yes", "--json")
    newer, older = json.loads(out)["keys"]
    assert (code, older["id"], older["state"], newer["id"], newer["state"]) == (0, 1, "seals", 3, "waits")
    assert json.loads(out)["removed"] == 2
    assert older["opens_until"] == newer["seals_from"] + 367 * DAY
    assert newer["seals_from"] > 1_700_000_000 + SEALS_AFTER


def test_a_key_that_is_not_there_names_those_that_are(run: Run, secret: str) -> None:
    code, _, err = run("--secret", secret, "--leaked", "9", "--yes")
    assert (code, "the keyring has no key 9. Its keys: 1" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--yes"], "--yes goes with --leaked"),
        (["--leaked", "1"], "Give --yes in a script, and with --json"),
        (["--leaked", "0"], "0 is not allowed"),
        (["--keep-days", "3"], "3 is not allowed"),
        (["--secrets", "x"], "Did you mean --secret?"),
    ],
)
def test_options_that_do_not_fit_are_refused(run: Run, arguments: list[str], message: str) -> None:
    code, _, err = run(*arguments)
    assert (code, message in err) == (2, True), err


def test_rotate_has_examples_and_is_near_to_its_misspelling(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "rotate", "--help"]) == 0
    assert "Examples:" in capsys.readouterr().out
