"""Secrets in this process, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.domain.credentials.description import SecretKind
    from brine.errors import StoreError
    from brine.ports.deadline import Deadline


class MemorySecrets:
    """The SecretStore port on a mapping from `secret:NAME` and `parameter:NAME` to texts. A StoreError is raised.

    `texts` may change at any time. `reads` has the names that were read, in order.
    """

    def __init__(self, texts: Mapping[str, str | StoreError] | None = None) -> None:
        self.texts: dict[str, str | StoreError] = dict(texts or {})
        self.reads: list[str] = []

    def read(self, kind: SecretKind, name: str, *, deadline: Deadline | None = None) -> str:
        """Return the present text. Raises StoreError."""
        self.reads.append(f"{kind}:{name}")
        text = self.texts.get(f"{kind}:{name}")
        if text is None:
            code = "ResourceNotFoundException" if kind == "secret" else "ParameterNotFound"
            raise StoreUnavailable(f"there is no {kind} of this name", code)
        if not isinstance(text, str):
            raise text
        return text
