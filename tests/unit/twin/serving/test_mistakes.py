"""The twin tells mistakes in the words of `brine check`: all at once, at its start and on a change."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from brine_cli.checking.project import check_project
from brine_cli.checking.report import Report
from brine_cli.errors import CommandError
from brine_cli.twin import Twin

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATE = """\
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Routes:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: routes
  Gateway:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: gateway
      Handler: app.handler
      Layers: [!Ref Routes]
      Environment:
        Variables:
          BRINE_ROUTES: /opt/routes.toml
      Events:
        Any: { Type: HttpApi, Properties: { ApiId: !Ref Api } }
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: hello
      Handler: app.handler
      Events:
        Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /hello, Method: get } }
"""
ROUTES = '[[route]]\nname = "a"\nprefix = "/a"\norigin = "https://a.test"\n'
CODE = 'def handler(event, context):\n    return {"statusCode": 200, "body": "hello"}\n'
WAIT = 60.0
"""Seconds for a change to be followed; a second is enough on an idle machine."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project without mistakes, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    write("template.yaml", TEMPLATE)
    write("routes/routes.toml", ROUTES)
    write("gateway/app.py", CODE)
    write("hello/app.py", CODE)
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def told_by_check() -> list[str]:
    """Return each mistake as `brine check` prints it."""
    checked = check_project(Path("template.yaml"), environment={})
    return ["\n".join(Report().lines_of(one)) for one in checked.findings if not one.is_warning]


def start(**more: object) -> list[str]:
    """Return the lines that a twin reports from its start to its end."""
    lines: list[str] = []
    with Twin(template=Path("template.yaml"), report=lines.append, show=lambda _: None, **more) as twin:  # type: ignore[arg-type]
        twin.wait_until_loaded()
    return lines


def test_a_project_without_mistakes_starts_without_a_word(project: Path) -> None:
    assert start() == []


def test_the_start_tells_all_mistakes_at_once(project: Path) -> None:
    write("routes/routes.toml", ROUTES + 'gracee = "10m"\nfreshness_lifetime = "5 min"\n')
    write("template.yaml", TEMPLATE.replace("BRINE_ROUTES: /opt", "BRINE_ROUTE: x\n          BRINE_ROUTES: /opt"))
    write("hello/app.py", "def handler(event, context)\n    return 1\n")
    expected = told_by_check()
    assert len(expected) == 4
    lines = start()
    assert all(mistake in lines[0] for mistake in expected)
    assert lines[0].startswith("4 mistakes")
    assert lines[1:] == ["Hello cannot start. Requests get an error until this is mended"]


def test_a_mistake_that_only_the_import_shows(project: Path) -> None:
    write("hello/app.py", "import gone\n" + CODE)
    expected = told_by_check()
    assert len(expected) == 1
    lines = start()
    assert lines[0].startswith("1 mistake")
    assert expected[0] in lines[0]
    assert lines[1:] == ["Hello cannot start. Requests get an error until this is mended"]


def test_a_failure_that_the_check_does_not_see_has_its_traceback(project: Path) -> None:
    write(
        "hello/app.py", "import os\nif 'AWS_ENDPOINT_URL' in os.environ:\n    raise RuntimeError('here only')\n" + CODE
    )
    lines = start()
    assert len(lines) == 1
    assert lines[0].startswith("Hello cannot be loaded\nTraceback")
    assert "RuntimeError: here only" in lines[0]


@pytest.mark.parametrize("text", ["Resources: [", TEMPLATE.replace("!Ref Routes", "!Ref Rotes")])
def test_a_template_that_cannot_be_served_ends_the_start_with_all_mistakes(project: Path, text: str) -> None:
    write("template.yaml", text)
    write("routes/routes.toml", ROUTES + 'gracee = "10m"\n')
    expected = told_by_check()
    with pytest.raises(CommandError) as caught:
        start()
    assert expected
    assert all(mistake in str(caught.value) for mistake in expected)


def test_given_routes_with_mistakes_end_the_start(project: Path) -> None:
    write("other.toml", ROUTES + 'gracee = "10m"\nfreshness_lifetime = "5 min"\n')
    with pytest.raises(CommandError) as caught:
        start(routes=Path("other.toml"))
    assert 'other.toml:5:1: mistake BR002: unknown key "gracee"' in str(caught.value)
    assert 'other.toml:6:22: mistake BR003: freshness_lifetime = "5 min"' in str(caught.value)


def test_a_variable_without_a_value_and_the_places_for_it(project: Path) -> None:
    write("routes/routes.toml", ROUTES.replace("https://a.test", "${A_ORIGIN}"))
    lines = start()
    assert lines[0].startswith("1 mistake")
    what = "the environment variable A_ORIGIN is not set, or is empty."
    assert f'routes/routes.toml:4:10: mistake BR003: origin = "${{A_ORIGIN}}": {what}' in lines[0]
    for place in ("in template.yaml", "the parameter Variables", "--env A_ORIGIN=VALUE"):
        assert place in lines[0]
    warned = check_project(Path("template.yaml"), environment={}).findings
    assert [(one.code, one.given, one.message) for one in warned] == [("BR140", "${A_ORIGIN}", what)]
    assert warned[0].remedy in lines[0]
    assert start(env=["A_ORIGIN=https://a.test"]) == []
    assert start(env=["Gateway.A_ORIGIN=https://a.test"]) == []
    write(".env", "A_ORIGIN=https://a.test\n")
    assert ".env is not read without --env-file .env" in start()[0]
    assert start(env_file=Path(".env")) == []


def test_an_event_that_aws_serves_and_the_twin_does_not(project: Path) -> None:
    write("template.yaml", TEMPLATE.replace("Method: get", 'Method: get, PayloadFormatVersion: "1.0"'))
    lines = start()
    assert lines[0].startswith("1 warning:\n\ntemplate.yaml:25:")
    assert "`brine dev` does not serve this event" in lines[0]


def test_a_request_to_a_function_that_did_not_start_repeats_no_mistake(project: Path) -> None:
    write("hello/app.py", "import gone\n" + CODE)
    lines: list[str] = []
    with Twin(template=Path("template.yaml"), report=lines.append, show=lambda _: None) as twin:
        twin.wait_until_loaded()
        at_start = len(lines)
        with pytest.raises(HTTPError, match="502"):
            urlopen(f"{twin.url}/hello", timeout=30)  # noqa: S310  (the URL of the twin)
    assert lines[at_start:] == ["GET /hello -> 502: Hello cannot be loaded (reported above)"]


@pytest.fixture
def changing(project: Path) -> Iterator[queue.Queue[str]]:
    """The lines of a twin that follows changes."""
    lines: queue.Queue[str] = queue.Queue()
    with Twin(template=Path("template.yaml"), report=lines.put, show=lambda _: None, reload=True) as twin:
        twin.wait_until_loaded()
        yield lines


def test_a_change_tells_the_same_mistakes(changing: queue.Queue[str]) -> None:
    write("routes/routes.toml", ROUTES + 'gracee = "10m"\nfreshness_lifetime = "5 min"\n')
    expected = told_by_check()
    line = changing.get(timeout=WAIT)
    assert line.startswith("not reloaded, the last good state serves. 2 mistakes")
    assert all(mistake in line for mistake in expected)
    write("routes/routes.toml", ROUTES)
    assert changing.get(timeout=WAIT) == "the mistake is gone, and all functions run the files as they are now"


def test_a_change_of_code_tells_the_mistake_of_its_import(changing: queue.Queue[str]) -> None:
    write("hello/app.py", "import gone\n" + CODE)
    expected = told_by_check()
    line = changing.get(timeout=WAIT)
    assert line.startswith("Hello: not reloaded, the last good state serves. 1 mistake")
    assert expected[0] in line
    write("hello/app.py", CODE)
    assert changing.get(timeout=WAIT) == "the mistake is gone: Hello runs the files as they are now"


def test_a_change_of_the_template_tells_its_mistakes(changing: queue.Queue[str]) -> None:
    write("template.yaml", TEMPLATE.replace("!Ref Routes", "!Ref Rotes").replace("CodeUri: hello", "CodeUri: helo"))
    expected = told_by_check()
    assert len(expected) == 2
    line = changing.get(timeout=WAIT)
    assert line.startswith("not reloaded, the last good state serves. template.yaml cannot be served. 2 mistakes")
    assert all(mistake in line for mistake in expected)
