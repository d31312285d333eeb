"""Helpers to make the maker and the reducer of one standard class."""

from __future__ import annotations

from brine_codec.pickling.makers import Maker
from brine_codec.standard import PREFIX

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.pickling.makers import Reducer, Values

    type StandardEntry = tuple[type, Maker, Reducer]


def maker_of[T](
    cls: type[T],
    make: Callable[..., T],
    *,
    tag: str = "",
    memory: int = 300,
    steps: int = 20,
    per_byte: tuple[float, float] = (0, 0),
    comparisons: int = Maker.comparisons,
    has_random_hash: bool = False,
    compares_all_pairs: bool = False,
) -> Maker:
    """Return a maker that calls `make` directly. `make` must return an object of the right class.

    memory, steps: bytes and steps of 100 ns for a call, besides those of its arguments.
    per_byte: memory and steps for each byte of the arguments.
    comparisons, has_random_hash, compares_all_pairs: as for any Maker.
    """
    attributes: dict[str, object] = {
        "__slots__": (),
        "__call__": staticmethod(make),
        "memory": memory,
        "steps": steps,
        "memory_per_byte": per_byte[0],
        "steps_per_byte": per_byte[1],
        "comparisons": comparisons,
        "has_random_hash": has_random_hash,
        "compares_all_pairs": compares_all_pairs,
    }
    maker: Maker = type("StandardMaker", (Maker,), attributes)(tag or PREFIX + cls.__name__, cls, make)
    return maker


def entry[T](
    cls: type[T],
    pack: Callable[[T], Values],
    make: Callable[..., T],
    *,
    memory: int = 300,
    steps: int = 20,
    per_byte: tuple[float, float] = (0, 0),
    comparisons: int = Maker.comparisons,
    has_random_hash: bool = False,
) -> StandardEntry:
    """Return the class, its maker and its reducer. `pack` returns the values of an object, `make` takes them."""
    maker = maker_of(
        cls,
        make,
        memory=memory,
        steps=steps,
        per_byte=per_byte,
        comparisons=comparisons,
        has_random_hash=has_random_hash,
    )
    return cls, maker, lambda value: (maker, pack(value))
