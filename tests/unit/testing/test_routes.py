"""The routes of an app in a test, and where its routes.toml is found."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

import pytest

from brine import App
from brine.errors import ConfigError
from functions.report.app import app as report

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
from brine import App, Fetch
app = App()

@app.get("/")
def whole(fetch: Fetch) -> object:
    return fetch("part", "/x").json()
"""
TOML = '[[route]]\nname = "part"\ninternal = true\norigin = "https://part.test/base"\nfreshness_lifetime = "1m"\n'
ANSWERS = {"part": {"/x": 1}}


def app_in(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str = MODULE) -> App:
    """Return the app of a module in a folder."""
    (folder / "app.py").write_text(source)
    name = f"app_in_{folder.name}"
    spec = spec_from_file_location(name, folder / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    app = module.app
    assert isinstance(app, App)
    return app


def is_part_stored(app: App, routes: Path | str | bool | None = None) -> bool:
    """Return whether the route `part` has the lifetime that only the file sets."""
    client = app.test(ANSWERS, routes=routes)  # type: ignore[arg-type]  # True is no value
    client.get("/")
    client.purge_route("whole")
    client.get("/")
    return len(client.fetched) == 1


def test_the_file_beside_the_functions_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_in(tmp_path, monkeypatch)
    assert not is_part_stored(app), "there is no file yet"
    (tmp_path / "routes.toml").write_text(TOML)
    assert is_part_stored(app)
    assert not is_part_stored(app, routes=False)


def test_another_file_may_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_in(tmp_path, monkeypatch)
    (tmp_path / "routes.toml").write_text("not TOML")
    (tmp_path / "others.toml").write_text(TOML)
    assert is_part_stored(app, routes=tmp_path / "others.toml")
    with pytest.raises(ConfigError, match=r"missing\.toml cannot be read"):
        app.test(ANSWERS, routes=str(tmp_path / "missing.toml"))


def test_several_files_are_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "routes.toml").write_text(TOML)
    app = app_in(tmp_path, monkeypatch)
    app.get("/report")(report.registrations.functions[0].call)
    with pytest.raises(ConfigError, match=r"several routes\.toml beside them: .*routes\.toml, .*Pass the path"):
        app.test(ANSWERS)


def test_a_name_that_a_function_has_too_is_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "routes.toml").write_text(TOML.replace("part", "whole", 1))
    with pytest.raises(ConfigError, match='"whole"'):
        app_in(tmp_path, monkeypatch).test(ANSWERS)


def test_an_app_of_a_program_text_has_no_file() -> None:
    names: dict[str, object] = {}
    exec(MODULE, names)  # noqa: S102 - a text without a file is the test
    app = names["app"]
    assert isinstance(app, App)
    assert app.test(ANSWERS).get("/").json() == 1


def test_a_route_with_credentials_needs_neither_variables_nor_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = 'origin_headers = { x-key = "secret:${PART_KEY}" }'
    auth = 'origin_auth = { type = "sigv4", service = "s3", region = "${PART_REGION}" }'
    (tmp_path / "part.toml").write_text(
        f'[[route]]\nname = "part"\ninternal = true\norigin = "${{PART}}"\n{credentials}\n{auth}\n'
    )
    client = app_in(tmp_path, monkeypatch).test(ANSWERS, routes=tmp_path / "part.toml")
    assert client.get("/").json() == 1
