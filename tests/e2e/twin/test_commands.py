"""`brine dev` and `brine emulators` as real processes: their output, and that they leave no process or file behind."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from boto3 import Session

from brine_cli.http.listener import listen
from tests.support.projects import write_project
from tests.unit.twin.wire import converse, fetch, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATE = Path(__file__).parent / "fixtures/template.yaml"
SECONDS = 30
PROJECT = {
    "pyproject.toml": "[tool.brine.types]\nsources = ['shop_messages']",
    "shop_messages.py": "from typing import NamedTuple\nclass Line(NamedTuple):\n    sku: str\n",
    "functions/types/app.py": "import os\ndef handler(event, context): return open(os.environ['TYPES']).read()",
    "routes/types.toml": "",
    "template.yaml": """
Resources:
  Routes:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: routes }
  TypesFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/types
      Handler: app.handler
      Runtime: python3.13
      Layers: [!Ref Routes]
      Environment: { Variables: { TYPES: /opt/types.d/generated.toml } }
      Events: { Any: { Type: HttpApi } }
""",
}
"""A project with a class, and a function that answers with the generated file of its layer."""


def descendants(pid: int) -> list[int]:
    """The processes that a process and its children have started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [*children, *(pid for child in children for pid in descendants(child))]


class Command:
    """A running `brine`, and its output until it was ready."""

    def __init__(self, process: subprocess.Popen[str], said: str) -> None:
        self.process = process
        self.said = said

    def first(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found, self.said
        return found[1]

    def children(self) -> list[int]:
        """A file descriptor for each process that it or one of these started, by the kernel's own account."""
        return [os.pidfd_open(pid) for pid in descendants(self.process.pid)]


def command(
    folder: Path, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "brine_cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "XDG_STATE_HOME": f"{folder}.state", **environment},
    )


@contextmanager
def running(
    folder: Path, last_line: str, *arguments: str, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Command]:
    process = command(folder, *arguments, environment=environment)
    assert process.stdout is not None
    lines: list[str] = []
    watchdog = threading.Timer(SECONDS, process.kill)  # then the last line is never said
    watchdog.start()
    try:
        while not lines or not re.search(last_line, lines[-1]):
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        watchdog.cancel()
        yield Command(process, "".join(lines))
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


@contextmanager
def dev(folder: Path, *arguments: str) -> Iterator[Command]:
    with running(folder, "curl -i ", "dev", "--template", str(TEMPLATE), "--port", "0", *arguments) as started:
        yield started


def wait_until_gone(processes: list[int]) -> None:
    for process in processes:
        ended, _, _ = select.select([process], [], [], SECONDS)
        os.close(process)
        assert ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_dev_and_nothing_is_left(tmp_path: Path, number: signal.Signals) -> None:
    with dev(tmp_path) as started:
        children = started.children()
        assert len(children) == 3  # a function, moto, httpbin
        assert len(list(tmp_path.iterdir())) == 1
        started.process.send_signal(number)
        assert started.process.wait(SECONDS) == 0
        wait_until_gone(children)
        assert list(tmp_path.iterdir()) == []
        assert started.process.communicate()[1] == ""


def test_when_dev_is_killed_its_processes_end_too(tmp_path: Path) -> None:
    with dev(tmp_path, "--environments", "2") as started:
        children = started.children()
        assert len(children) == 3
        started.process.kill()
        wait_until_gone(children)


def test_when_dev_is_killed_the_forks_of_its_processes_end_too(tmp_path: Path) -> None:
    template = str(TEMPLATE.with_name("tenants.yaml"))
    with running(tmp_path, "curl -i ", "dev", "--template", template, "--port", "0") as started:
        url = f"{started.first(r'served at (\S+)')}/tenant"
        sent = request(b"GET", b"/tenant", b"x-tenant: a")
        with ThreadPoolExecutor(8) as clients:
            answers = list(clients.map(lambda _: converse(url, sent), range(24)))
        assert {split(answer)[0] for answer in answers} == {b"HTTP/1.1 200 OK"}
        processes = started.children()
        assert len(processes) > 3  # the first of the function, the fork server, and more than one fork
        started.process.kill()
        wait_until_gone(processes)


def test_dev_says_what_runs_where(tmp_path: Path) -> None:
    with dev(tmp_path) as started:
        url = started.first(r"served at (\S+)")
        assert f"  curl -i {url}/" in started.said
        assert started.first(r"/\* +-> (\w+)") == "KeepFunction"
        httpbin = started.first(r"httpbin +(\S+)")
        assert json.loads(fetch(f"{url}/about")[1])["origin"] == httpbin
        assert fetch(f"{httpbin}/get")[0] == 200


def test_dev_says_more_if_it_is_asked(tmp_path: Path) -> None:
    with dev(tmp_path, "--verbose") as started:
        assert started.first(r"\$default +(\w+)") == "KeepFunction"
        assert started.first(r"\n +Table +(\S+)") == "brine-dev-table"
        assert "at most 100 processes, one request each" in started.said


def test_dev_tries_a_route_of_the_given_file(tmp_path: Path) -> None:
    with running(tmp_path, "curl -i ", "dev", "--port", "0", "--routes", "examples/sealed_origin.toml") as started:
        url = started.first(r"served at (\S+)")
        assert f"curl -i {url}/depot" in started.said


def test_dev_declares_the_classes_of_the_project_at_the_start_and_after_a_change(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", PROJECT)
    with running(tmp_path, "curl -i ", "dev", "--port", "0", "--template", str(project / "template.yaml")) as started:
        url = started.first(r"served at (\S+)")
        assert b'name = "shop_messages.Line"' in fetch(url)[1]

        write_project(project, {"shop_messages.py": PROJECT["shop_messages.py"] + "    count: int\n"})
        until = time.monotonic() + SECONDS
        while b'count = "int"' not in fetch(url)[1]:
            assert time.monotonic() < until
            time.sleep(0.02)  # the operating system must notify the twin


def test_a_taken_port_is_one_line_and_nothing_is_started(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        process = command(tmp_path, "dev", "--template", str(TEMPLATE), "--port", str(port))
        said, error = process.communicate(timeout=SECONDS)
    assert (process.returncode, said) == (1, "")
    assert error.startswith(
        f"brine: cannot listen on 127.0.0.1:{port}: Address already in use. Stop process {os.getpid()}"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    arguments = ("--template", str(TEMPLATE), "--port", "0", "--aws-endpoint", "http://127.0.0.1:1")
    process = command(tmp_path, "dev", *arguments)
    _, error = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert re.fullmatch(r"brine: Table cannot be created at http://127\.0\.0\.1:1: .*\n", error)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_a_start_that_waits_for_an_emulator(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = command(tmp_path, "dev", "--template", str(TEMPLATE), "--port", "0", "--aws-endpoint", endpoint)
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=SECONDS / 2)  # a call takes SECONDS until it gives up
    assert (process.returncode, said) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--help"], ["dev", "emulators", "purge", "types"]),
        (["purge", "--help"], ["--url PATH", "--tag TAG", "--route NAME", "--tenant TENANT", "--soft"]),
        (["dev", "--help"], ["--port", "--origin URL", "--routes FILE", "--environments N", "--parameter NAME=VALUE"]),
        (["dev", "--help"], ["--beside [NAME=]FILE"]),
        (["types", "--help"], ["FILE_OR_MODULE", "--output FILE", "--leave-out NAME", "--check"]),
        (["emulators", "--help"], ["--host ADDRESS", "--aws-port PORT", "--httpbin-port PORT"]),
    ],
)
def test_help(tmp_path: Path, arguments: list[str], told: list[str]) -> None:
    process = command(tmp_path, *arguments)
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert [option for option in told if option not in said] == []


def test_emulators_name_things_by_their_logical_ids(tmp_path: Path) -> None:
    arguments = ("--template", str(TEMPLATE), "--host", "127.0.0.1", "--aws-port", "0", "--httpbin-port", "0")
    with running(tmp_path, "sam local start-api", "emulators", *arguments) as started:
        aws, httpbin = started.first(r"\(moto\) +(\S+)"), started.first(r"httpbin +(\S+)")
        session = Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        assert session.client("dynamodb", endpoint_url=aws).list_tables()["TableNames"] == ["Table"]
        buckets = session.client("s3", endpoint_url=aws).list_buckets()["Buckets"]
        assert [bucket["Name"] for bucket in buckets] == ["Bodies"]
        secrets = session.client("secretsmanager", endpoint_url=aws)
        assert secrets.describe_secret(SecretId="SigningKeys")["Name"] == "SigningKeys"
        ports = aws.rpartition(":")[2], httpbin.rpartition(":")[2]
        overrides = "AwsEndpointUrl=http://host.docker.internal:{} HttpbinOrigin=http://host.docker.internal:{}"
        assert re.search(rf"sam local start-api .*{overrides.format(*ports)}\n", started.said)
        children = started.children()
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(SECONDS) == 0
        wait_until_gone(children)
