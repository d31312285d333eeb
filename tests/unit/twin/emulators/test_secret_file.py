from __future__ import annotations

from pathlib import Path

import pytest

from brine_cli.emulators.secret_file import read_secret_file
from brine_cli.errors import CommandError


def test_a_file_has_secrets_and_parameters_as_routes_name_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text(
        '# for development\n\norders-key=sk=7f3a\n shop/login = {"user": "a", "password": "b"}\n'
        'secret:quoted=\' a b \'\nparameter:/shop/key="c"\nhalf="d\n'
    )
    assert read_secret_file(path) == {
        ("secret", "orders-key"): "sk=7f3a",
        ("secret", "shop/login"): '{"user": "a", "password": "b"}',
        ("secret", "quoted"): " a b ",
        ("parameter", "/shop/key"): "c",
        ("secret", "half"): '"d',
    }


@pytest.mark.parametrize("line", ["hush", "=hush", "name=", "other kind:name=hush"])
def test_a_line_that_is_no_secret_is_named_by_its_number_and_not_shown(tmp_path: Path, line: str) -> None:
    path = tmp_path / "secrets.env"
    path.write_text(f"a=b\n{line}\n")
    with pytest.raises(CommandError, match=r"secrets\.env:2: not a secret\. Write NAME=VALUE") as raised:
        read_secret_file(path)
    assert "hush" not in str(raised.value)


def test_a_file_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        read_secret_file(Path("/no/such/file"))
