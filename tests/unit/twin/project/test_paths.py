"""Which paths functions and routes may have."""

from __future__ import annotations

import pytest

from brine_cli.errors import CommandError
from brine_cli.project.paths import checked_path


@pytest.mark.parametrize(
    ("text", "path"), [("/orders", "/orders"), ("/v1/a.b_c~d-E/", "/v1/a.b_c~d-E"), ("/" + "a" * 59, "/" + "a" * 59)]
)
def test_a_path_loses_its_last_slash(text: str, path: str) -> None:
    assert checked_path(text) == path


@pytest.mark.parametrize(
    "text",
    ["", "/", "orders", "//a", "/a//b", "/a b", '/a"b', "/a?b", "/<a>", "/é", "/.", "/a/../b", "/a\n", "/" + "a" * 60],
)
def test_what_is_no_path_is_refused_and_shown(text: str) -> None:
    with pytest.raises(CommandError, match="is not a path: write it as /orders") as raised:
        checked_path(text)
    assert repr(text) in str(raised.value)
