"""A function that imports a package which is not installed gets advice in addition to its traceback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from brine_cli.lambda_runtime.environment import InitFailed
from brine_cli.lambda_runtime.launch import prepare
from brine_cli.lambda_runtime.pool import OnDemandEnvironments
from brine_cli.lambda_runtime.shared_environment import SharedEnvironment
from brine_cli.template.functions import Function

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.lambda_runtime.launch import Launch

INSTALL = f"is not installed in {sys.prefix}, from which the functions take their packages."


def launch(tmp_path: Path, code: str) -> Launch:
    (tmp_path / "code/shared").mkdir(parents=True)
    (tmp_path / "code/app.py").write_text(code)
    function = Function(
        logical_id="Fn", code=tmp_path / "code", handler="app.handler", layers=(), environment={}, timeout=3, memory=128
    )
    return prepare(function, tmp_path / "opt", variables={}, show=None)


def failure(launched: Launch) -> str:
    environments = SharedEnvironment(launched, print)
    environments.start()
    try:
        with pytest.raises(InitFailed) as raised:
            environments.wait_until_ready()
    finally:
        environments.stop()
    return str(raised.value)


def test_without_a_list_of_packages(tmp_path: Path) -> None:
    lines = failure(launch(tmp_path, "import surely.absent")).splitlines()
    assert lines[0] == "Fn cannot be loaded"
    assert lines[-2:] == [
        "ModuleNotFoundError: No module named 'surely'",
        f"The package surely {INSTALL} Run brine in the environment of your project, or install the package there",
    ]


def test_with_a_list_of_packages(tmp_path: Path) -> None:
    launched = launch(tmp_path, "import surely_absent")
    (tmp_path / "code/requirements.txt").write_text("surely-absent")
    assert failure(launched).endswith(f"or install the package there: pip install -r {tmp_path}/code/requirements.txt")


def test_a_pool_gives_the_same_advice(tmp_path: Path) -> None:
    environments = OnDemandEnvironments(launch(tmp_path, "import surely_absent"), print, limit=1)
    environments.start()
    try:
        with pytest.raises(InitFailed, match="The package surely_absent is not installed in"):
            environments.wait_until_ready()
    finally:
        environments.stop()


def test_brine_itself_is_in_a_layer(tmp_path: Path) -> None:
    expected = "\nbrine is in a layer of Brine, which Fn does not have among its Layers"
    assert failure(launch(tmp_path, "import brine")).endswith(expected)


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("import shared.absent", "ModuleNotFoundError: No module named 'shared.absent'"),
        ("from shared import absent", "ImportError: cannot import name 'absent' from 'shared'"),
        ("raise ValueError('other')", "ValueError: other"),
    ],
)
def test_other_failures_get_no_advice(tmp_path: Path, code: str, last: str) -> None:
    assert failure(launch(tmp_path, code)).splitlines()[-1].startswith(last)
