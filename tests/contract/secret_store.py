"""What every SecretStore does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.credentials.description import SecretKind
    from brine.ports.credentials import SecretStore

    type Put = Callable[[SecretKind, str, str], None]
    """Gives the secret of a kind and name a text."""


class SecretStoreContract:
    """A subclass has the fixtures `secrets` and `put`, which gives a secret a text, also a new one."""

    @pytest.mark.parametrize("kind", ["secret", "parameter"])
    def test_a_text_is_read_as_it_was_put(self, secrets: SecretStore, put: Put, kind: SecretKind) -> None:
        put(kind, "shop/key", 'hush " \u00e9\n')
        assert secrets.read(kind, "shop/key") == 'hush " \u00e9\n'

    @pytest.mark.parametrize("kind", ["secret", "parameter"])
    def test_a_rotated_text_is_read_at_once(self, secrets: SecretStore, put: Put, kind: SecretKind) -> None:
        put(kind, "shop/key", "one")
        put(kind, "shop/key", "two")
        assert secrets.read(kind, "shop/key") == "two"

    def test_a_secret_is_no_parameter(self, secrets: SecretStore, put: Put) -> None:
        put("secret", "shop/key", "of a secret")
        put("parameter", "shop/key", "of a parameter")
        assert secrets.read("secret", "shop/key") == "of a secret"

    @pytest.mark.parametrize(
        ("kind", "code"), [("secret", "ResourceNotFoundException"), ("parameter", "ParameterNotFound")]
    )
    def test_a_missing_one_is_an_error_with_a_code(self, secrets: SecretStore, kind: SecretKind, code: str) -> None:
        with pytest.raises(StoreUnavailable) as raised:
            secrets.read(kind, "shop/none")
        assert raised.value.code == code
