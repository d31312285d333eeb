"""A mistake is shown once, the last good state goes on serving, and the end of the mistake is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.twin.reload.edited import FILES, edited, handler, route, template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.twin.reload.edited import Edited

pytestmark = pytest.mark.slow

BROKEN = "import json\ndef handler(:\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Edited]:
    with edited(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"functions/one/app.py": BROKEN},
            "One: not reloaded, the last good state serves. 1 mistake:\n\n{}/functions/one/app.py:2:",
        ),
        ({"functions/one/app.py": "import nothing_like_this"}, "ModuleNotFoundError: No module named"),
        ({"functions/one/app.py": None}, "{}/template.yaml:"),
        ({"layers/library/library.py": "1 / 0"}, "ZeroDivisionError: division by zero."),
        ({"template.yaml": "Resources: ["}, "not reloaded, the last good state serves. {}/template.yaml"),
        ({"template.yaml": "Resources: {}"}, "not reloaded, the last good state serves. "),
        ({"template.yaml": None}, "not reloaded, the last good state serves. "),
        ({"layers/files/routes.toml": "[[route]"}, "not reloaded, the last good state serves. "),
        ({"layers/files/routes.toml": route("/a") + 'grace = "soon"\n'}, "soon"),
    ],
    ids=[
        *("syntax of code", "missing module", "removed code", "layer", "syntax of the template", "no functions"),
        *("removed template", "syntax of routes", "value in routes"),
    ],
)
def test_the_last_good_state_serves_until_the_mistake_is_gone(
    project: Edited, files: dict[str, str | None], told: str
) -> None:
    before = project.pids()

    lines = project.edit(**files)
    assert len(lines) == 1
    assert told.format(project.folder) in lines[0]
    assert "Traceback" not in lines[0].partition("\n")[0]
    assert project.pids() == before
    assert project.follow() == []  # it is not told again

    (line,) = project.edit(**{name: FILES[name] for name in files})
    assert line.startswith("the mistake is gone")
    assert project.pids() == before


def test_another_mistake_is_told_and_a_new_good_state_is_served(project: Edited) -> None:
    project.edit(**{"functions/two/app.py": BROKEN})
    (line,) = project.edit(**{"functions/two/app.py": "1 / 0\n"})
    assert "ZeroDivisionError" in line

    lines = project.edit(**{"functions/two/app.py": handler("3")})

    assert len(lines) == 1
    assert lines[0].startswith("reloaded Two: ")
    assert project.ask("Two")[1]["code"] == "3"


def test_one_function_with_a_mistake_does_not_hold_up_another(project: Edited) -> None:
    lines = project.edit(**{"functions/one/app.py": BROKEN, "functions/two/app.py": handler("2")})

    assert [line.partition(":")[0] for line in lines] == ["reloaded Two", "One"]
    assert project.ask("Two")[1]["code"] == "2"
    assert project.ask("One")[1]["code"] == "1"


def test_code_mended_while_the_template_has_a_mistake(project: Edited) -> None:
    project.edit(**{"template.yaml": "Resources: ["})
    project.edit(**{"functions/two/app.py": handler("2")})
    assert project.ask("Two")[1]["code"] == "1"  # nothing is followed until the template can be read

    project.edit(**{"template.yaml": template()})

    assert project.ask("Two")[1]["code"] == "2"


def test_a_function_that_could_not_be_loaded_at_the_start_is_mended(tmp_path: Path) -> None:
    with edited(tmp_path) as project:
        project.edit(**{"functions/four/app.py": BROKEN, "template.yaml": template({"One": ("Library",), "Four": ()})})
        assert project.ask("Four")[0] == 502

        project.edit(**{"functions/four/app.py": handler("4")})

        assert project.ask("Four")[1]["code"] == "4"
