"""One standard class with its maker and reducer."""

from __future__ import annotations

from brine_codec.standard import PREFIX
from brine_codec.token import Maker

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.token import Reducer, Values

    type Entry = tuple[type, Maker, Reducer]


def maker_of[T](
    cls: type[T],
    make: Callable[..., T],
    *,
    tag: str = "",
    memory: int = 300,
    steps: int = 20,
    each: tuple[float, float] = (0, 0),
    per_byte: float = 0,
    comparison: int = 4,
    strong: bool = False,
) -> Maker:
    """A maker that is `make` itself, which answers for its own result.

    memory, steps: bytes and steps of 100 ns that a call takes, beside what its arguments do. each: both for each value
    inside of them. per_byte: steps for each byte of a long text. comparison, strong: as for any Maker.
    """
    space: dict[str, object] = {"__slots__": (), "__call__": staticmethod(make), "memory": memory, "steps": steps}
    space |= {"memory_each": each[0], "steps_each": each[1], "steps_per_byte": per_byte, "comparison": comparison}
    space["strong"] = strong
    maker: Maker = type("StandardMaker", (Maker,), space)(tag or PREFIX + cls.__name__, cls, make)
    return maker


def entry[T](
    cls: type[T],
    pack: Callable[[T], Values],
    make: Callable[..., T],
    *,
    memory: int = 300,
    steps: int = 20,
    each: tuple[float, float] = (0, 0),
    per_byte: float = 0,
    comparison: int = 4,
    strong: bool = False,
) -> Entry:
    """The class, what makes its objects, and what takes them apart. The prices are as for `maker_of`."""
    prices = {"each": each, "per_byte": per_byte, "comparison": comparison, "strong": strong}
    maker = maker_of(cls, make, memory=memory, steps=steps, **prices)  # type: ignore[arg-type]  # of several types
    return cls, maker, lambda value: (maker, pack(value))
