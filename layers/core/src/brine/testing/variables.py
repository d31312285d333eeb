"""Values for the variables of routes.toml, which a test need not set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class AnyVariable(Mapping[str, str]):
    """An environment in which every variable is the address of a server that does not exist, or the name of a region.

    The addresses are https, because the credentials of a route may only go to such a one.
    """

    def __getitem__(self, name: str) -> str:
        if name == "BRINE_VARIABLES":  # a list of variables, and no address
            raise KeyError(name)
        if "REGION" in name:
            return "us-east-1"
        return f"https://{name.lower().replace('_', '-')}.test"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
