"""One standard class with its maker and reducer."""

from __future__ import annotations

from brine_codec.standard import PREFIX
from brine_codec.token import explicit

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.token import Maker, Reducer, Values

    type Entry = tuple[type, Maker, Reducer]


def entry[T](cls: type[T], pack: Callable[[T], Values], make: Callable[..., T]) -> Entry:
    """The class, what makes its objects, and what takes them apart."""
    return cls, *explicit(PREFIX + cls.__name__, cls, pack, make)
