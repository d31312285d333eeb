"""The values that sam deploy gets are named to the user, and not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.project.samconfig import samconfig_hints

if TYPE_CHECKING:
    from pathlib import Path


def hints(folder: Path, content: str, *unset: str) -> list[str]:
    (folder / "samconfig.toml").write_text(content)
    return list(samconfig_hints(folder / "template.yaml", unset))


@pytest.mark.parametrize(
    "overrides",
    [
        "'Origin=\"https://api.example.com\" Level=INFO'",
        '["Origin=https://api.example.com", "Level=INFO"]',
        '["ParameterKey=Origin,ParameterValue=https://api.example.com"]',
    ],
)
def test_the_forms_of_overrides(tmp_path: Path, overrides: str) -> None:
    content = f"version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {overrides}"
    assert hints(tmp_path, content, "Origin") == [
        (
            "Origin has a value for `sam deploy` in samconfig.toml (environment default), which the local twin does "
            "not use. To use it: --parameter Origin=https://api.example.com"
        )
    ]


def test_a_value_that_may_be_a_secret_is_not_shown(tmp_path: Path) -> None:
    content = '[prod.global.parameters]\nparameter_overrides = ["Key=s3cret", "Url=https://me:pw@a"]'
    lines = hints(tmp_path, content, "Key", "Url")
    assert [line.rpartition("--parameter ")[2] for line in lines] == ["Key=VALUE", "Url=VALUE"]


@pytest.mark.parametrize(
    "content",
    ["", "not toml", "default = 1", "[default.deploy]\nparameters = {}", "[default.local_invoke.parameters]\n"],
)
def test_a_file_without_overrides(tmp_path: Path, content: str) -> None:
    assert hints(tmp_path, content, "Origin") == []


def test_no_file(tmp_path: Path) -> None:
    assert list(samconfig_hints(tmp_path / "template.yaml", {"Origin"})) == []
