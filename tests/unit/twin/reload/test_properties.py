"""After any series of edits, a twin that followed them serves what a fresh start would serve."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brine_cli.twin import Twin
from tests.unit.twin.reload.edited import FILES, FUNCTIONS, ask, edited, handler, route, template

pytestmark = pytest.mark.slow

VALUES = st.sampled_from(["1", "2", "3"])
NAMES = st.sets(st.sampled_from(["One", "Two", "Three", "Four"]), min_size=1)
CODE = st.one_of(VALUES.map(handler), st.just("1 / 0\n"), st.just("def handler(:\n"), st.none())
EDITS = st.one_of(
    st.tuples(st.sampled_from([f"functions/{name}/app.py" for name in ("one", "two", "three", "four")]), CODE),
    st.tuples(
        st.just("layers/library/library.py"), st.one_of(VALUES.map(lambda value: f"VALUE = {value!r}"), st.none())
    ),
    st.tuples(st.just("layers/files/file.txt"), st.one_of(VALUES, st.none())),
    st.tuples(st.just("layers/files/routes.toml"), st.sampled_from([route("/a"), route("/b"), "[[route]", None])),
    st.tuples(
        st.just("template.yaml"),
        st.one_of(
            st.builds(
                lambda names, mode: template({name: FUNCTIONS.get(name, ()) for name in names}, mode), NAMES, VALUES
            ),
            st.just("Resources: ["),
        ),
    ),
)
MENDED = {
    **FILES,
    "functions/four/app.py": handler("4"),
    "template.yaml": template({**FUNCTIONS, "Four": ()}),
}


def served(twin: Twin) -> dict[str, Any]:
    """What each function says of itself, without its process, or the status of another answer."""
    answers = {name: ask(twin, name) for name in (*FUNCTIONS, "Four")}
    return {
        name: {key: value for key, value in about.items() if key != "pid"} if status == 200 else status
        for name, (status, about) in answers.items()
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(EDITS, min_size=1, max_size=3), min_size=1, max_size=5), st.data())
def test_a_twin_that_followed_edits_serves_as_a_fresh_one(
    series: list[list[tuple[str, str | None]]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder, edited(Path(folder)) as project:
        for edits in series:
            project.edit(**dict(edits))
        kept = data.draw(st.sets(st.sampled_from(sorted(MENDED))), "files without a mistake that keep their last edit")
        last = {name: text for edits in series for name, text in edits if text is not None and is_good(name, text)}
        project.edit(**{name: last.get(name, text) if name in kept else text for name, text in MENDED.items()})

        with Twin(template=project.twin.template, report=lambda _: None) as fresh:
            assert served(project.twin) == served(fresh)
        assert project.follow() == []


def is_good(name: str, text: str) -> bool:
    """Whether a twin can start with this file."""
    return text not in {"1 / 0\n", "def handler(:\n", "[[route]", "Resources: ["} and name in MENDED
