"""The wheels hold the packages, their license and their metadata, and work in an environment that pip made of them."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
import signal
import subprocess
import tarfile
import tomllib
import urllib.request
import zipfile
from contextlib import contextmanager
from email import message_from_string
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

import brine_codec
from tests.artifact.environments import ROOT, build_wheels, make_environment, pack_needs, run
from tests.support.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

VERSION = brine_codec.__version__
SOURCES = {
    "brine_codec": ("layers/codec/src", ["brine_codec", "brine_client"]),
    "brine_core": ("layers/core/src", ["brine"]),
    "brine_cli": ("cli/src", ["brine_cli"]),
}
STACK = tomllib.loads((ROOT / "cli/pyproject.toml").read_text())["tool"]["hatch"]["build"]["hooks"]["custom"]["paths"]
ENTRY_POINTS = {
    "brine_codec": None,
    "brine_core": "[pytest11]\nbrine = brine.testing.plugin\n",
    "brine_cli": "[console_scripts]\nbrine = brine_cli.__main__:main\n",
}
SEAL_AND_OPEN = """
import brine_client, brine_codec, sys, time
keyring = brine_codec.Keyring.from_json('{"1": "a secret that is long enough to be one"}')
codec = brine_codec.Codec(keyring, purpose="orders", registry=brine_codec.Registry())
sealed = codec.seal(["Caf\\u00e9"] * 9_000, context=("a", "b"), now=time.time())
assert len(sealed) < 2_000 and codec.open(sealed, context=("a", "b"), now=time.time()) == ["Caf\\u00e9"] * 9_000
assert any(name in sys.modules for name in ("backports.zstd", "compression.zstd"))
print(brine_codec.__version__, brine_client.__version__)
"""
ANSWER = """
import brine
app = brine.App()
@app.get("/hello", freshness_lifetime="1m")
def hello() -> dict[str, str]:
    return {"hello": "you"}
client = app.test(routes=False)
print(brine.__version__, client.get("/hello").json(), client.get("/hello").result)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels and source distributions of this checkout."""
    made = tmp_path_factory.mktemp("dist")
    build_wheels(made)
    return made


def wheel(folder: Path, name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(folder / f"{name}-{VERSION}-py3-none-any.whl")


def read(folder: Path, name: str, file: str) -> str:
    with wheel(folder, name) as archive:
        return archive.read(f"{name}-{VERSION}.dist-info/{file}").decode()


def metadata(folder: Path, name: str) -> Message:
    return message_from_string(read(folder, name, "METADATA"))


@pytest.mark.parametrize("name", SOURCES)
def test_a_wheel_holds_the_code_of_its_packages_and_nothing_else(folder: Path, name: str) -> None:
    source, packages = SOURCES[name]
    base = ROOT / source
    kinds = ("*.py", "*.jinja", "console/console*.*")
    files = [file for each in packages for kind in kinds for file in (base / each).rglob(kind)]
    code = {file.relative_to(base).as_posix() for file in files}
    if name == "brine_cli":
        code |= {f"brine_cli/stack/{file}" for file in tracked(*STACK)}
    about = {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE", *(["entry_points.txt"] if ENTRY_POINTS[name] else [])}
    wanted = code | {f"{package}/py.typed" for package in packages}
    wanted |= {f"{name}-{VERSION}.dist-info/{file}" for file in about}
    with wheel(folder, name) as archive:
        assert set(archive.namelist()) == wanted


def tracked(*paths: str) -> set[str]:
    """The files of the repository below these paths."""
    return {*run("git", "ls-files", *paths).splitlines()}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_distribution_holds_the_packages_and_what_builds_them(folder: Path, name: str) -> None:
    with tarfile.open(folder / f"{name}-{VERSION}.tar.gz") as archive:
        files = [PurePosixPath(member).relative_to(f"{name}-{VERSION}") for member in archive.getnames()]
    outside = {str(file) for file in files if file.parts[0] not in {"src", "stack"}}
    builder = {"hatch_build.py"} if name == "brine_cli" else set()
    assert outside == {"PKG-INFO", "pyproject.toml", "README.md", "LICENSE", ".gitignore"} | builder
    stack = {file.relative_to("stack").as_posix() for file in files if file.parts[0] == "stack"}
    assert stack == (tracked(*STACK) if name == "brine_cli" else set())
    assert {file.parts[1] for file in files if file.parts[0] == "src"} == set(SOURCES[name][1])


@pytest.mark.parametrize("name", SOURCES)
def test_every_file_has_the_hash_that_record_says(folder: Path, name: str) -> None:
    rows = {row[0]: row[1] for row in csv.reader(read(folder, name, "RECORD").splitlines())}
    with wheel(folder, name) as archive:
        assert rows.keys() == set(archive.namelist())
        for file in archive.namelist():
            digest = base64.urlsafe_b64encode(hashlib.sha256(archive.read(file)).digest()).decode().rstrip("=")
            assert rows[file] == ("" if file.endswith("/RECORD") else f"sha256={digest}")


@pytest.mark.parametrize("name", SOURCES)
def test_the_metadata_says_what_a_reviewer_asks_for(folder: Path, name: str) -> None:
    found = metadata(folder, name)
    assert (found["Name"], found["Version"]) == (name.replace("_", "-"), VERSION)
    assert (found["License-Expression"], found["License-File"], found["Author"]) == (
        *("Apache-2.0", "LICENSE"),
        "Brine's authors",
    )
    assert found["Summary"]
    assert found["Keywords"]
    assert found["Requires-Python"]
    assert "Typing :: Typed" in found.get_all("Classifier", [])
    assert found["Description-Content-Type"] == "text/markdown"
    assert found.get_payload().startswith("# ")  # type: ignore[union-attr]  # text, as no part is attached
    assert read(folder, name, "licenses/LICENSE") == (ROOT / "LICENSE").read_text()


@pytest.mark.parametrize("name", SOURCES)
def test_entry_points(folder: Path, name: str) -> None:
    if ENTRY_POINTS[name] is not None:
        assert read(folder, name, "entry_points.txt") == ENTRY_POINTS[name]


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  HelloFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: function
      Handler: app.handler
      Runtime: python3.13
      Events: {Hello: {Type: HttpApi, Properties: {Path: /hello, Method: GET}}}
"""


@pytest.fixture(scope="module")
def environment(folder: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The Python of an environment with the requirements that are the parameter."""
    requirements = request.param.split()
    for requirement in requirements:
        pack_needs(requirement, folder, set())
    return make_environment(tmp_path_factory.mktemp("environment") / "venv", folder, *requirements)


@pytest.mark.parametrize("environment", ["brine-codec"], indirect=True)
def test_the_codec_seals_and_opens(environment: Path, tmp_path: Path) -> None:
    assert run(environment, "-I", "-c", SEAL_AND_OPEN, cwd=tmp_path).split() == [VERSION, VERSION]


@pytest.mark.parametrize("environment", ["brine-core[app]"], indirect=True)
def test_an_app_answers(environment: Path, tmp_path: Path) -> None:
    assert run(environment, "-I", "-c", ANSWER, cwd=tmp_path) == f"{VERSION} {{'hello': 'you'}} hit\n"


@pytest.mark.parametrize("environment", ["brine-core pytest"], indirect=True)
def test_pytest_finds_the_fixtures_and_a_results_cache_needs_no_powertools(environment: Path, tmp_path: Path) -> None:
    test = "import brine\ndef test_it(brine_caches, brine_clock): assert brine.cache('quotes') and brine.cached\n"
    (tmp_path / "test_fixtures.py").write_text(test)
    assert "1 passed" in run(environment, "-I", "-m", "pytest", "-q", "test_fixtures.py", cwd=tmp_path)


@pytest.mark.parametrize("environment", ["brine-cli"], indirect=True)
def test_the_command_writes_and_serves_a_project_outside_of_a_checkout(
    environment: Path, folder: Path, tmp_path: Path
) -> None:
    command = environment.with_name("brine")
    assert run(command, "--version", cwd=tmp_path) == f"brine {VERSION}\n"
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "function").mkdir()
    (tmp_path / "function/app.py").write_text("def handler(event, context): return {'statusCode': 200, 'body': 'hi'}\n")
    with served(command, tmp_path) as url, urllib.request.urlopen(f"{url}/hello") as response:  # noqa: S310 - the twin's
        assert response.read() == b"hi"

    # Without an index, uv can write no uv.lock. The project is complete otherwise.
    offline = ("env", "UV_OFFLINE=1", f"UV_CACHE_DIR={tmp_path / 'cache'}")
    listed = run(*offline, command, "new", "project", "--wheels", folder, "shop-front", cwd=tmp_path)
    assert "  template.yaml\n" in listed
    project = tmp_path / "shop-front"
    assert sorted(path.name for path in (project / "wheels").iterdir()) == sorted(
        f"{name}-{VERSION}-py3-none-any.whl" for name in SOURCES
    )
    assert not (project / "uv.lock").exists()
    assert run(command, "vendor", cwd=project).startswith(f".brine has Brine {VERSION}")
    copied = {
        file.relative_to(project / ".brine").as_posix() for file in (project / ".brine").rglob("*") if file.is_file()
    }
    assert copied == tracked(*STACK) | {"version"}
    with served(command, project) as url:
        results = []
        for _ in range(2):
            with urllib.request.urlopen(f"{url}/hello/7") as response:  # noqa: S310 - the URL is the twin's
                results.append(response.headers["cache-status"].partition(" ttl=")[0])
    assert results == ["brine; fwd=uri-miss; fwd-status=200; stored;", "brine; hit;"]


@pytest.mark.parametrize("environment", ["brine-cli"], indirect=True)
def test_the_stack_of_a_cache_without_the_gateway_works_as_its_page_writes_it(
    environment: Path, folder: Path, tmp_path: Path
) -> None:
    page = ROOT / "docs/cache-alone.md"
    (template,) = blocks(page, "yaml")
    (code,) = blocks(page, "python")
    stack = tmp_path / "quotes"
    (stack / "functions/quotes").mkdir(parents=True)
    (stack / "template.yaml").write_text(template)
    (stack / "functions/quotes/app.py").write_text(code.replace('return "3.20"', "return str(random())", 1))
    with (stack / "functions/quotes/app.py").open("a") as file:
        file.write("\n\nfrom random import random\n")
    with served(environment.with_name("brine"), stack) as url:
        answers = []
        for _ in range(2):
            with urllib.request.urlopen(f"{url}/quotes/tea") as response:  # noqa: S310 - the URL is the twin's
                answers.append(response.read().decode())
    assert answers[0] == answers[1]  # the price of the second request would be another number
    assert answers[0].startswith("tea: 0.")


@contextmanager
def served(command: Path, folder: Path) -> Iterator[str]:
    """The address at which the command serves the template in a folder."""
    arguments = [str(command), "dev", "--port", "0"]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, text=True) as twin:
        try:
            assert twin.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", twin.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            twin.send_signal(signal.SIGINT)
