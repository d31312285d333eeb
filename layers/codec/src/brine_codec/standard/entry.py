"""One standard class with its maker and reducer."""

from __future__ import annotations

from brine_codec.pickling.makers import Maker
from brine_codec.standard import PREFIX

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.pickling.makers import Reducer, Values

    type Entry = tuple[type, Maker, Reducer]


def maker_of[T](
    cls: type[T],
    make: Callable[..., T],
    *,
    tag: str = "",
    memory: int = 300,
    steps: int = 20,
    inside: tuple[float, float] = (0, 0),
    weight: int = Maker.weight,
    strong: bool = False,
    multiplies: bool = False,
) -> Maker:
    """A maker that is `make` itself, which answers for its own result.

    memory, steps: bytes and steps of 100 ns that a call takes, beside what its arguments do. inside: both for each byte
    of these. weight, strong, multiplies: as for any Maker.
    """
    space: dict[str, object] = {"__slots__": (), "__call__": staticmethod(make), "memory": memory, "steps": steps}
    space |= {"memory_inside": inside[0], "steps_inside": inside[1], "weight": weight, "strong": strong}
    space["multiplies"] = multiplies
    maker: Maker = type("StandardMaker", (Maker,), space)(tag or PREFIX + cls.__name__, cls, make)
    return maker


def entry[T](
    cls: type[T],
    pack: Callable[[T], Values],
    make: Callable[..., T],
    *,
    memory: int = 300,
    steps: int = 20,
    inside: tuple[float, float] = (0, 0),
    weight: int = Maker.weight,
    strong: bool = False,
) -> Entry:
    """The class, what makes its objects, and what takes them apart."""
    maker = maker_of(cls, make, memory=memory, steps=steps, inside=inside, weight=weight, strong=strong)
    return cls, maker, lambda value: (maker, pack(value))
