"""No request fails because of a reload: it waits, or ends in the process that has begun it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.unit.twin.lambda_runtime.gates import PATIENCE, Gate
from tests.unit.twin.reload.edited import edited, handler, route, template

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.twin.reload.edited import Edited

pytestmark = pytest.mark.slow

WAITS = """
import json, os
with open({gate!r}) as gate:
    gate.read()
def handler(event, context):
    return {{"statusCode": 200, "body": json.dumps("new")}}
"""
"""Code that is loaded when the gate opens."""


class Client:
    """Threads that ask the functions again and again."""

    def __init__(self, project: Edited) -> None:
        self._project = project
        self._stopping = threading.Event()
        self.statuses: list[int] = []
        self._threads = [threading.Thread(target=self._run, args=(name,)) for name in ("One", "Two", "Three", "Three")]

    def __enter__(self) -> Client:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name: str) -> None:
        while not self._stopping.is_set():
            self.statuses.append(self._project.ask(name)[0])


def test_no_request_fails_while_everything_is_edited(tmp_path: Path) -> None:
    with edited(tmp_path) as project, Client(project) as client:
        for number in range(3):
            project.edit(**{f"functions/{name}/app.py": handler(str(number)) for name in ("two", "three")})
            project.edit(**{"layers/library/library.py": f"VALUE = '{number}'"})
            project.edit(**{"functions/two/app.py": "1 / 0"})
            project.edit(**{"template.yaml": template(mode=str(number))})
            project.edit(**{"layers/files/routes.toml": route(f"/{number}"), "functions/two/app.py": handler("x")})

    assert len(client.statuses) > 20
    assert set(client.statuses) == {200}


def test_a_request_waits_for_the_code_that_is_being_loaded(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    with edited(tmp_path / "project") as project:
        (project.folder / "functions/three/app.py").write_text(WAITS.format(gate=str(gate.path)))
        reloading = threading.Thread(target=project.follow)
        reloading.start()
        gate.wait_for_reader()  # the newer process is loading
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(project.ask("Three")))
        asking.start()
        assert project.ask("Two")[0] == 200  # others do not wait
        assert answers == []

        gate.open()

        reloading.join(PATIENCE)
        asking.join(PATIENCE)
        assert answers == [(200, "new")]
