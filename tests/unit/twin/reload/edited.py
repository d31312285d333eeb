"""A project with three functions and two layers, and its twin, whose files the tests edit."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from brine_cli.reload.reloader import Reloader
from brine_cli.twin import Twin
from tests.support.projects import write_project
from tests.unit.twin.wire import converse, request, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HANDLER: Final = """
import json, os
from pathlib import Path
VALUE = {value!r}
def handler(event, context):
    opt = Path(os.environ.get("FILES", "/nowhere"))
    about = {{
        "pid": os.getpid(),
        "code": VALUE,
        "library": {library},
        "file": opt.read_text() if opt.exists() else "",
        "mode": os.environ["MODE"],
        "routes": Path(os.environ["BRINE_ROUTES"]).read_text() if "BRINE_ROUTES" in os.environ else "",
    }}
    return {{"statusCode": 200, "body": json.dumps(about)}}
"""
FUNCTIONS: Final = {"One": ("Library", "Files"), "Two": ("Files",), "Three": ()}
"""The layers of each function."""


def handler(value: str, *, imports_library: bool = False) -> str:
    """The code of a function that describes itself."""
    begin = "import library\n" if imports_library else ""
    return begin + HANDLER.format(value=value, library="library.VALUE" if imports_library else "''")


def template(functions: Any = FUNCTIONS, mode: str = "a", **timeouts: int) -> str:
    """The text of a template with these functions."""
    resources: dict[str, Any] = {
        "Library": {
            "Type": "AWS::Serverless::LayerVersion",
            "Metadata": {"BuildMethod": "python3.13"},
            "Properties": {"ContentUri": "layers/library"},
        },
        "Files": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "layers/files"}},
    }
    for name, layers in functions.items():
        variables = {"FILES": "/opt/file.txt", "BRINE_ROUTES": "/opt/routes.toml"} if "Files" in layers else {}
        resources[name] = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": f"functions/{name.lower()}",
                "Handler": "app.handler",
                "Timeout": timeouts.get(name, 20),
                "Layers": [{"Ref": layer} for layer in layers],
                "Environment": {"Variables": {"MODE": mode, **variables}},
                "Events": {"Any": {"Type": "HttpApi", "Properties": {"Path": f"/{name.lower()}", "Method": "GET"}}},
            },
        }
    return json.dumps({"Resources": resources})


def route(prefix: str) -> str:
    """The text of a routes.toml with one route."""
    return f'[[route]]\nname = "api"\nprefix = "{prefix}"\norigin = "http://127.0.0.1:9"\n'


FILES: Final = {
    "template.yaml": template(),
    "functions/one/app.py": handler("1", imports_library=True),
    "functions/two/app.py": handler("1"),
    "functions/three/app.py": handler("1"),
    "layers/library/library.py": "VALUE = '1'\n",
    "layers/files/file.txt": "1",
    "layers/files/routes.toml": route("/api"),
}


class Edited:
    """A twin of a project, and what it reported of changes. It follows a change when `follow` is called."""

    def __init__(self, twin: Twin, folder: Path, lines: list[str]) -> None:
        self.twin = twin
        self.folder = folder
        self.lines = lines
        self.reloader = Reloader(twin._served, twin._reader.read, lines.append, twin._sources)

    def edit(self, **files: str | None) -> list[str]:
        """Write these files, or remove them if their text is None, and follow. Return the new lines."""
        for name, text in files.items():
            file = self.folder / name
            if text is None:
                file.unlink(missing_ok=True)
            else:
                write_project(self.folder, {name: text})
        return self.follow()

    def follow(self) -> list[str]:
        """Follow the changes of files. Return the new lines."""
        before = len(self.lines)
        self.reloader.check()
        return [line for line in self.lines[before:] if not line.startswith("reloading: ")]  # of a busy machine

    def ask(self, name: str) -> tuple[int, Any]:
        """The status of a function's answer, and what it says of itself."""
        return ask(self.twin, name)

    def pids(self) -> dict[str, int]:
        """The process of each function of FUNCTIONS that answers."""
        answers = {name: self.ask(name) for name in FUNCTIONS}
        return {name: about["pid"] for name, (status, about) in answers.items() if status == 200}


def ask(twin: Twin, name: str) -> tuple[int, Any]:
    """The status of a function's answer, and what the function says of itself."""
    status, _, body = split(converse(twin.url, request(b"GET", f"/{name.lower()}".encode())))
    return int(status.split()[1]), json.loads(body)


@contextmanager
def edited(folder: Path, **options: Any) -> Iterator[Edited]:
    """A running twin of FILES in a folder."""
    write_project(folder, FILES)
    lines: list[str] = []
    with Twin(template=folder / "template.yaml", report=lines.append, **options) as twin:
        twin.wait_until_loaded()
        lines.clear()
        yield Edited(twin, folder, lines)
