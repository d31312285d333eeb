"""The corpus: families of attacks, each in a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.corpus import (
    arguments,
    bombs,
    buffers,
    collisions,
    estimates,
    frames,
    gadgets,
    keys,
    makers,
    names,
    opcodes,
    shared,
    structure,
    targets,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.attacks.attack import Attack

FAMILIES = (
    *(gadgets, names, opcodes, targets, structure, frames, bombs, collisions, arguments, buffers),
    *(shared, keys, estimates, makers),
)


def corpus(prefix: str = "") -> Iterator[Attack]:
    """Every attack with this prefix in its name, family by family; a name begins with its family's."""
    for family in FAMILIES:
        own = family.__name__.rpartition(".")[2] + ": "
        if prefix.startswith(own) or own.startswith(prefix):
            for attack in family.attacks():
                assert attack.name.startswith(own), attack.name
                if attack.name.startswith(prefix):
                    yield attack
