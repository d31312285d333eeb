"""Claims of the command line are pairs and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine_cli.api_gateway.authorization.claims_option import read_claims
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path


def test_pairs_and_files_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "claims.json"
    file.write_text('{"sub": "file", "admin": true, "n": 1}')
    given = ["sub=first", str(file), "n=2", 'cognito:groups=["a", "b"]', "empty=", "equation=a=b"]
    assert read_claims(given) == {
        "sub": "file",
        "admin": True,
        "n": "2",
        "cognito:groups": ["a", "b"],
        "empty": "",
        "equation": "a=b",
    }


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("=ada", "the claim '=ada' has no name"),
        ("groups=[a", "the value of the claim groups is not JSON"),
        ("nowhere.json", "nowhere.json cannot be read: No such file or directory. For one claim, write NAME=VALUE"),
    ],
)
def test_mistakes(argument: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        read_claims([argument])


@pytest.mark.parametrize(("content", "message"), [("{", "is not JSON"), ("[]", "is not an object")])
def test_mistakes_in_a_file(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "claims.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=message):
        read_claims([str(file)])
