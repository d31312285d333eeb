"""The error for a name of a class that no file of types declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


def undeclared(name: str, declared: Collection[str]) -> str:
    """Return the message for a name that is not among the declared ones. It has the similar names and advice."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    bare = name.partition("@")[0].rpartition(".")[2].lower()
    similar = [known for known in declared if known.rpartition(".")[2].lower() == bare]
    similar = similar[:3] or get_close_matches(name, declared, cutoff=0.75)
    meant = f" Did you mean {' or '.join(f'"{known}"' for known in similar)}?" if similar else ""
    new = "If the class is new" if similar else "If the code has the class"
    return f'types.toml does not declare "{name}".{meant} {new}, run `brine types`. Or leave the name out here.'
