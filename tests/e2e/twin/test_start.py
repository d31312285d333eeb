"""`brine dev` starts at the same addresses each time, loads no more than it needs, and plays what it recorded."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from brine_cli.http.listener import listen
from tests.e2e.twin.test_commands import TEMPLATE, command, dev, running
from tests.unit.twin.wire import converse, fetch, request, split

if TYPE_CHECKING:
    from tests.e2e.twin.test_commands import Command

STACK: Final = Path(__file__).parents[3] / "samples/template.yaml"
SECONDS: Final = 30
TWIN: Final = f"""
from pathlib import Path
from brine_cli.twin import Twin
with Twin(template=Path({str(TEMPLATE)!r})):
    pass
"""


def addresses(started: Command) -> tuple[str, str]:
    """The addresses of the AWS emulator and of httpbin."""
    return started.first(r"AWS +(\S+)"), started.first(r"httpbin +(\S+)")


def test_the_emulators_have_the_same_addresses_in_each_run(tmp_path: Path) -> None:
    with dev(tmp_path) as first:
        usual = addresses(first)
    with dev(tmp_path) as again:
        assert addresses(again) == usual

    with closing(listen("127.0.0.1", urlsplit(usual[1]).port or 0)), dev(tmp_path) as other:
        aws, httpbin = addresses(other)
        assert aws == usual[0]
        assert httpbin != usual[1]
        assert fetch(f"{httpbin}/status/204")[0] == 204
        other.process.terminate()
        port, taken = urlsplit(httpbin).port, urlsplit(usual[1]).port
        said = other.process.communicate(timeout=SECONDS)[1]
        assert said == f"brine: httpbin has the port {port} this time, since the port {taken} is taken\n"


def get(url: str, path: str) -> tuple[bytes, dict[bytes, bytes], bytes]:
    status, lines, body = split(converse(url, request(b"GET", path.encode())))
    fields = (line.partition(b": ") for line in lines)
    return status, {name.lower(): value for name, _, value in fields}, body


def test_a_recording_of_httpbin_plays_without_httpbin(tmp_path: Path) -> None:
    record = tmp_path / "demo.jsonl"
    arguments = ("dev", "--template", str(STACK), "--port", "0")
    with running(tmp_path, "curl -i ", *arguments, "--record-origin", str(record)) as started:
        url, (_, httpbin) = started.first(r"served at (\S+)"), addresses(started)
        recorded = get(url, "/httpbin/cache/60")
        moved = get(url, "/httpbin/redirect-to?url=/httpbin/get")
    text = record.read_text()
    assert "http://httpbin.invalid/cache/60" in text
    assert httpbin not in "".join(json.loads(line)["url"] for line in text.splitlines())

    state = {"XDG_STATE_HOME": str(tmp_path / "elsewhere")}
    with running(tmp_path, "curl -i ", *arguments, "--play-origin", str(record), environment=state) as started:
        assert "httpbin  " not in started.said
        url = started.first(r"served at (\S+)")
        played = get(url, "/httpbin/cache/60")
        assert (played[0], played[2]) == (recorded[0], recorded[2])
        assert b"; hit" in get(url, "/httpbin/cache/60")[1][b"cache-status"]
        assert get(url, "/httpbin/redirect-to?url=/httpbin/get")[1][b"location"] == moved[1][b"location"]
        assert b"has no response for GET http://httpbin.invalid/uuid" in get(url, "/httpbin/uuid")[2]


def test_recording_and_playing_exclude_each_other(tmp_path: Path) -> None:
    process = command(tmp_path, "dev", "--record-origin", "a.jsonl", "--play-origin", "b.jsonl")
    said, error = process.communicate(timeout=SECONDS)
    assert (process.returncode, said) == (2, "")
    assert "--record-origin and --play-origin exclude each other. Record first, then play." in error


@pytest.mark.parametrize(
    ("statement", "without"),
    [
        ("from brine_cli.commands.serve import early_emulators", {"yaml", "h11", "ssl", "brine_cli.twin"}),
        ("from brine_cli.commands import dev", {"boto3", "botocore", "moto", "watchfiles"}),
        (
            TWIN,
            {"boto3", "botocore", "moto", "werkzeug"},
        ),
        (
            "from brine_cli.emulators import moto_imports as m; m.load_moto(); m.load_ssm(); import moto.ssm.models",
            {"moto.ec2", "awscrt.auth", "OpenSSL.SSL"},
        ),
    ],
    ids=["before the emulator starts", "before the template is read", "a twin with resources", "moto"],
)
def test_the_start_loads_no_module_that_it_does_not_need(statement: str, without: set[str]) -> None:
    code = f"{statement}\nimport sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert without & set(loaded.stdout.split()) == set()
