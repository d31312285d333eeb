"""A keyring file, and the command line as a function."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from brine_cli.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "a secret of at least 32 characters: "
KEYS = json.dumps({"1": SECRET + "1", "2": SECRET + "2", "3": {"secret": SECRET + "3", "seals_from": 4_000_000_000}})

type Run = Callable[..., Ran]


class Ran(NamedTuple):
    """The exit code of a command, and what it wrote."""

    code: int
    out: bytes
    errors: str

    def json(self) -> dict[str, object]:
        document: dict[str, object] = json.loads(self.out)
        return document


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `brine` in a folder with keys.json, with the given bytes as stdin."""
    (tmp_path / "keys.json").write_text(KEYS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def call(*arguments: str, stdin: bytes = b"") -> Ran:
        out, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", errors)
            code = main(arguments)
        out.flush()
        errors.flush()
        written, told = out.buffer, errors.buffer
        assert isinstance(written, io.BytesIO)
        assert isinstance(told, io.BytesIO)
        return Ran(code, written.getvalue(), told.getvalue().decode())

    return call
