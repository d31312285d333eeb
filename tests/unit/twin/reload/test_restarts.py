"""A change of a file restarts the functions that use it, and no others."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from brine_cli.emulators.api import EmulatorApi
from brine_cli.reload.reloader import Reloader
from tests.unit.twin.reload.edited import FILES, FUNCTIONS, edited, handler, route, template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.twin.reload.edited import Edited

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Edited]:
    with edited(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("files", "restarted", "line"),
    [
        ({"functions/two/app.py": handler("2")}, {"Two"}, "reloaded Two: {}/functions/two/app.py changed"),
        ({"functions/three/notes.txt": "new"}, {"Three"}, "reloaded Three: {}/functions/three/notes.txt is new"),
        ({"layers/library/library.py": "VALUE = '2'"}, {"One"}, "reloaded One: {}/layers/library/library.py changed"),
        ({"layers/files/file.txt": "2"}, {"One", "Two"}, "reloaded One, Two: {}/layers/files/file.txt changed"),
        ({"layers/files/types.toml": ""}, {"One", "Two"}, "reloaded One, Two: {}/layers/files/types.toml is new"),
        ({"layers/files/routes.toml": route("/b")}, {"One", "Two"}, "{}/layers/files/routes.toml changed"),
        ({"layers/files/file.txt": None}, {"One", "Two"}, "{}/layers/files/file.txt is gone"),
        ({"template.yaml": template(mode="b")}, {"One", "Two", "Three"}, "the variable MODE changed"),
        ({"template.yaml": template(Two=7)}, {"Two"}, "reloaded Two: its timeout changed"),
        ({"template.yaml": template({**FUNCTIONS, "Three": ("Files",)})}, {"Three"}, "its layers changed"),
    ],
    ids=[
        *("code", "new file beside the code", "built layer", "layer in /opt", "types", "routes", "removed file"),
        *("variable of all functions", "setting of one function", "layers of one function"),
    ],
)
def test_only_what_changed_restarts(
    project: Edited, files: dict[str, str | None], restarted: set[str], line: str
) -> None:
    before, url = project.pids(), project.twin.url

    lines = project.edit(**files)

    after = project.pids()
    assert {name for name in FUNCTIONS if before[name] != after[name]} == restarted
    assert project.twin.url == url
    assert len(lines) == 1
    assert line.format(project.folder) in lines[0]


@pytest.mark.parametrize(
    "files",
    [
        {"functions/one/app.py": FILES["functions/one/app.py"]},
        {"functions/one/.app.py.swp": "x", "functions/one/4913": "x", "functions/one/app.py~": "x"},
        {"functions/one/__pycache__/app.cpython-313.pyc": "x", "functions/one/.git/index": "x"},
        {"README.md": "# beside the template"},
    ],
    ids=["written again with the same text", "files of editors", "bytecode and git", "beside the template"],
)
def test_a_change_that_matters_to_no_function_restarts_none(project: Edited, files: dict[str, str | None]) -> None:
    before = project.pids()

    assert project.edit(**files) == []
    assert project.pids() == before


def test_the_newest_content_is_served(project: Edited) -> None:
    project.edit(
        **{
            "functions/one/app.py": handler("2", imports_library=True),
            "layers/library/library.py": "VALUE = '3'",
            "layers/files/file.txt": "4",
            "template.yaml": template(mode="b"),
        }
    )

    status, about = project.ask("One")
    assert (status, about["code"], about["library"], about["file"], about["mode"]) == (200, "2", "3", "4", "b")


def test_a_new_function_is_served_and_one_that_is_gone_is_not(project: Edited) -> None:
    before = project.pids()

    lines = project.edit(
        **{
            "functions/four/app.py": handler("4"),
            "template.yaml": template({"One": FUNCTIONS["One"], "Two": FUNCTIONS["Two"], "Four": ()}),
        }
    )

    assert lines == [
        "started Four, which is new in the template",
        "stopped Three, which the template has no longer",
        "serves GET /four too",
        "serves GET /three no longer",
    ]
    assert project.ask("Four")[1]["code"] == "4"
    assert project.ask("Three")[0] == 404
    assert project.pids() == {name: before[name] for name in ("One", "Two")}


def test_a_route_of_the_template_changes_without_a_restart(project: Edited) -> None:
    before = project.pids()

    lines = project.edit(**{"template.yaml": template().replace('"/two"', '"/second"')})

    assert lines == ["serves GET /second too", "serves GET /two no longer"]
    assert project.ask("Second")[1]["pid"] == before["Two"]
    assert project.ask("Two")[0] == 404


def test_variables_and_secrets_in_files_are_followed(tmp_path: Path) -> None:
    variables, secrets = tmp_path / "dev.env", tmp_path / "secrets.env"
    variables.write_text("MODE=b\n")
    secrets.write_text("key=1\n")
    with edited(tmp_path / "project", env_file=variables, secrets=secrets) as project:
        assert project.ask("One")[1]["mode"] == "b"
        before = project.pids()
        secrets.write_text("key=2\n")
        assert project.follow() == []
        with closing(EmulatorApi(str(project.twin.aws_endpoint))) as api:
            assert api.call("secretsmanager", "GetSecretValue", SecretId="key")["SecretString"] == "2"
        assert project.pids() == before

        variables.write_text("MODE=c\n")
        assert project.follow()[0].startswith("reloaded One, Two, Three: the variable MODE changed")
        assert project.ask("One")[1]["mode"] == "c"


def test_a_change_between_the_start_and_the_watch_is_followed(tmp_path: Path) -> None:
    with edited(tmp_path) as project:
        (tmp_path / "functions/two/app.py").write_text(handler("2"))
        later = type(project)(project.twin, tmp_path, project.lines)

        assert len(later.follow()) == 1
        assert later.ask("Two")[1]["code"] == "2"


def test_files_that_are_written_anew_after_a_change_are_followed_with_it(tmp_path: Path) -> None:
    classes = tmp_path / "classes.py"
    with edited(tmp_path / "project") as project:
        written = project.folder / "layers/files/file.txt"
        project.reloader = Reloader(
            project.twin._served,
            project.twin._reader.read,
            project.lines.append,
            project.twin._sources,
            renew=lambda changed: written.write_text("made") if classes in changed else None,
            places=[classes],
        )
        assert project.follow() == []
        classes.write_text("a class")

        (line,) = project.follow()

        assert "layers/files/file.txt changed" in line
        assert project.ask("Two")[1]["file"] == "made"
        assert project.follow() == []


def test_a_recording_in_the_folder_of_a_function_restarts_none(tmp_path: Path) -> None:
    record = tmp_path / "functions/one/demo.jsonl"
    with edited(tmp_path, record_origin=record) as project:
        record.write_text("{}\n")

        assert project.follow() == []


def test_a_given_routes_file_and_the_folder_beside_it_are_followed(tmp_path: Path) -> None:
    routes = tmp_path / "mine.toml"
    routes.write_text(route("/mine"))
    with edited(tmp_path / "project", routes=routes) as project:
        before = project.pids()
        routes.write_text(route("/other"))
        assert len(project.follow()) == 1
        assert project.ask("One")[1]["routes"] == route("/other")

        (tmp_path / "mine.d").mkdir()
        (tmp_path / "mine.d/more.toml").write_text(route("/more").replace("api", "more"))
        assert "more.toml is new" in project.follow()[0]
        assert project.pids()["Three"] == before["Three"]
