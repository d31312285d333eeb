"""One standard class with its maker and reducer."""

from __future__ import annotations

from brine_codec.standard import PREFIX
from brine_codec.token import Maker

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.token import Reducer, Values

    type Entry = tuple[type, Maker, Reducer]


def entry[T](cls: type[T], pack: Callable[[T], Values], make: Callable[..., T]) -> Entry:
    """The class, what makes its objects, and what takes them apart. `make` answers for its own result."""
    direct = type("StandardMaker", (Maker,), {"__slots__": (), "__call__": staticmethod(make)})
    maker: Maker = direct(PREFIX + cls.__name__, cls, make)
    return cls, maker, lambda value: (maker, pack(value))
