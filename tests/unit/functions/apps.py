"""The apps of the sample functions."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine import App

FUNCTIONS = Path(__file__).parents[3] / "functions"


def app_of(name: str) -> App:
    """The app of a function, new at each call."""
    spec = importlib.util.spec_from_file_location(f"functions_{name}", FUNCTIONS / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    app: App = module.app
    return app


def routes_of(name: str) -> Path:
    """The routes beside its code."""
    return FUNCTIONS / name / "routes.toml"
