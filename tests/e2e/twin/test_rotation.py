"""`brine keys rotate` with a running twin: responses stay hits, and a removed key makes them misses once."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.__main__ import main
from brine_cli.running_twin import RunningTwin
from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "samples/template.yaml"
SECONDS = 60
PAGE = "/httpbin/cache/600"


@pytest.fixture
def twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    """A twin that other commands find, as that of `brine dev`."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with Twin(template=TEMPLATE, show=lambda _: None, report=lambda _: None) as twin:
        running = RunningTwin(
            template=str(TEMPLATE),
            url=twin.url,
            pid=os.getpid(),
            aws_endpoint=twin.aws_endpoint or "",
            resources=dict(twin.resources),
        )
        with running.announced(os.environ):
            yield twin


def result_of(twin: Twin) -> str:
    """The Cache-Status of an answer from a new process."""
    twin.restart_functions()
    with urllib.request.urlopen(twin.url + PAGE, timeout=SECONDS) as answer:  # noqa: S310 - of the twin
        return str(answer.headers["Cache-Status"])


def keys(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON document of a command about keys."""
    assert main(["keys", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_rotation_and_a_removal_in_the_running_twin(twin: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    assert "fwd=uri-miss" in result_of(twin)
    rotated = keys(capsys, "rotate")["rotated"]
    assert [one["secret"] for one in rotated] == ["ResponseKeys", "ExchangeKeys", "FunctionKeys"]
    assert "hit" in result_of(twin)

    listed = keys(capsys)["keys"]
    assert "RotatorFunction" not in {one["function"] for one in listed}  # it has no keyring
    for one in listed:
        assert [key["state"] for key in one["keys"]] == ["waits", "seals"], one["function"]

    removed = keys(capsys, "rotate", "--secret", "ResponseKeys", "--leaked", "1", "--yes")
    assert [(key["id"], key["state"]) for key in removed["keys"]] == [(2, "seals")]
    assert "detail=outdated-unknownkey" in result_of(twin)
    assert "hit" in result_of(twin)
