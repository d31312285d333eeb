"""The twin of a whole stack follows its files: only what changed restarts, and hits, data and addresses stay."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from brine_cli.http.listener import listen, url_of
from brine_cli.http.messages import HttpResponse
from brine_cli.http.server import HttpServer
from brine_cli.twin import Twin
from tests.support.emulators.sdk import aws_client
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine_cli.http.messages import HttpRequest

ROOT: Final = Path(__file__).parents[3]
STACK: Final = (
    *("template.yaml", "functions/gateway", "functions/refresher", "functions/exchange"),
    *("functions/admin", "functions/rotator", "functions/smoke"),
    *("layers/codec/src", "layers/core/src", "layers/routes"),
)
GATEWAYS: Final = {"GatewayFunction", "RefresherFunction", "ExchangeFunction", "AdminFunction"}
SECONDS: Final = 60
HANDLER: Final = (
    "import os, words\ndef handler(event, context): return {{'statusCode': 200, 'body': words.{} + {!r}}}\n"
)
ROUTES: Final = """
[[route]]
name = "mine"
prefix = "{}"
origin = "${{BRINE_ORIGIN}}"
freshness_lifetime = "1h"
"""
OUTER: Final = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Brine:
    Type: AWS::Serverless::Application
    Properties:
      Location: stack/template.yaml
      Parameters: { Origin: ORIGIN, ExtraRoutesLayer: !Ref MyRoutes }
  MyRoutes:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: routes }
  Words:
    Type: AWS::Serverless::LayerVersion
    Metadata: { BuildMethod: python3.13 }
    Properties: { ContentUri: words }
  HelloFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      CodeUri: hello
      Handler: app.handler
      Timeout: 20
      Layers: [!Ref Words]
      Events: { Hello: { Type: HttpApi, Properties: { Path: /hello, Method: GET } } }
"""


def origin(asked: HttpRequest) -> HttpResponse:
    return HttpResponse(status=200, headers=((b"cache-control", b"max-age=3600"),), body=asked.target)


class Served:
    """A twin that follows its files, and what it said."""

    def __init__(self, twin: Twin, folder: Path, lines: list[str]) -> None:
        self.twin = twin
        self.folder = folder
        self.lines = lines

    def get(self, path: str) -> tuple[int, bytes, str]:
        """Status, body and Cache-Status of an answer."""
        status, lines, body = split(converse(self.twin.url, request(b"GET", path.encode())))
        found = [line.partition(b": ")[2].decode() for line in lines if line.startswith(b"cache-status: ")]
        return int(status.split()[1]), body, "".join(found)

    def pids(self) -> dict[str, set[int]]:
        """The processes of each function, among all processes of this machine that we started."""
        found: dict[str, set[int]] = {}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended
                _, _, status = (process / "stat").read_text().rpartition(") ")
                if status.split()[1] == str(os.getpid()):
                    variables = (process / "environ").read_text(errors="replace").split("\0")
                    names = [one.partition("=")[2] for one in variables if one.startswith("AWS_LAMBDA_FUNCTION_NAME=")]
                    found.setdefault("".join(names), set()).add(int(process.name))
        found.pop("", None)  # the emulators
        return found

    def edit(self, file: str, text: str | None, told: str) -> str:
        """Write a file, or remove it, and wait until the twin says that it followed. Return that line."""
        before = len(self.lines)
        path = self.folder / file
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return wait_for(lambda: next((line for line in self.lines[before:] if told in line), None), self.lines)


def wait_for(made: Callable[[], str | None], lines: list[str]) -> str:
    """The first result that is not None."""
    until = time.monotonic() + SECONDS
    while (result := made()) is None:
        assert time.monotonic() < until, lines
        time.sleep(0.01)  # the operating system must notify the twin
    return result


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("project")
    for name in STACK:
        target = folder / "stack" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    listener = listen("127.0.0.1", 0)
    files = {
        "template.yaml": OUTER.replace("ORIGIN", url_of(listener)),
        "routes/routes.d/mine.toml": ROUTES.format("/mine"),
        "hello/app.py": HANDLER.format("GREETING", "1"),
        "words/words.py": "GREETING = 'hello'\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    lines: list[str] = []
    with (
        HttpServer(listener, origin),
        Twin(template=folder / "template.yaml", reload=True, report=lines.append) as twin,
    ):
        twin.wait_until_loaded()
        yield Served(twin, folder, lines)


def changed(before: dict[str, set[int]], after: dict[str, set[int]]) -> set[str]:
    """The functions with a newer process, or with none. The older process may not have ended yet."""
    return {name for name in before | after if not after.get(name) or after[name] - before.get(name, set())}


@pytest.mark.parametrize(
    ("file", "text", "restarted"),
    [
        ("routes/routes.d/mine.toml", ROUTES.format("/mine") + "grace = '5m'\n", GATEWAYS),
        ("routes/types.d/mine.toml", '[[type]]\nname = "a.B"\nversion = 1\n[type.fields]\nx = "int"\n', GATEWAYS),
        ("routes/channels.d/mine.toml", "# no channels\n", GATEWAYS),
        ("hello/app.py", HANDLER.format("GREETING", "2"), {"HelloFunction"}),
        ("words/words.py", "GREETING = 'good day'\n", {"HelloFunction"}),
        ("stack/functions/refresher/notes.txt", "a file beside the code", {"RefresherFunction"}),
        ("stack/layers/core/src/brine/py.typed", "# changed\n", {*GATEWAYS, "RotatorFunction"}),
    ],
    ids=["routes", "types", "channels", "code", "layer of a function", "code of one of Brine's", "layer of Brine"],
)
def test_only_what_changed_restarts_and_hits_stay(served: Served, file: str, text: str, restarted: set[str]) -> None:
    path = f"/mine/{file}"
    assert served.get(path)[0] == 200
    before, url, endpoint = served.pids(), served.twin.url, served.twin.aws_endpoint

    served.edit(file, text, "reloaded ")

    assert changed(before, served.pids()) == restarted
    status, body, cache = served.get(path)
    assert (status, body) == (200, file.join(["/", ""]).encode())
    assert "; hit" in cache
    assert (served.twin.url, served.twin.aws_endpoint) == (url, endpoint)


def test_a_route_is_added_and_a_mistake_in_it_leaves_the_last_good_state(served: Served) -> None:
    more = ROUTES.format("/more").replace("mine", "more")
    assert served.get("/more/x")[0] == 404
    served.edit("routes/routes.d/more.toml", more, "reloaded ")
    assert served.get("/more/x")[:2] == (200, b"/x")
    before = served.pids()

    said = served.edit("routes/routes.d/more.toml", more.replace('"1h"', '"soon"'), "not reloaded")
    assert "soon" in said
    assert served.get("/more/x")[0] == 200
    served.edit("routes/routes.d/more.toml", more, "the mistake is gone")
    assert changed(before, served.pids()) == set()  # nothing follows a mistake in the routes

    served.edit("routes/routes.d/more.toml", None, "reloaded ")
    assert served.get("/more/x")[0] == 404


def test_a_resource_is_created_and_data_stays(served: Served) -> None:
    template = served.folder / "template.yaml"
    assert served.twin.aws_endpoint is not None
    tables = aws_client("dynamodb", served.twin.aws_endpoint)
    count = tables.scan(TableName=served.twin.resources["Table"])["Count"]
    before = served.pids()

    text = template.read_text() + "  Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }\n"
    served.edit("template.yaml", text, "created Orders in the AWS emulator")

    assert aws_client("sqs", served.twin.aws_endpoint).get_queue_url(QueueName="orders")["QueueUrl"]
    assert tables.scan(TableName=served.twin.resources["Table"])["Count"] >= count > 0
    assert changed(before, served.pids()) == set()


def test_no_request_fails_meanwhile(served: Served) -> None:
    statuses: list[int] = []
    stopping = threading.Event()

    def ask(path: str) -> None:
        while not stopping.is_set():
            statuses.append(served.get(path)[0])

    clients = [threading.Thread(target=ask, args=(path,)) for path in ("/mine/loop", "/hello", "/hello")]
    for client in clients:
        client.start()
    for number in range(2):
        served.edit("hello/app.py", HANDLER.format("GREETING", str(number)), "reloaded HelloFunction")
        served.edit("routes/routes.d/mine.toml", ROUTES.format("/mine") + f"# {number}\n", "reloaded ")
        served.edit("hello/app.py", "def handler(:\n", "not reloaded")
    served.edit("hello/app.py", HANDLER.format("GREETING", "end"), "reloaded HelloFunction")
    stopping.set()
    for client in clients:
        client.join()

    assert len(statuses) > 20
    assert set(statuses) == {200}
    assert served.get("/hello")[1].endswith(b"end")
