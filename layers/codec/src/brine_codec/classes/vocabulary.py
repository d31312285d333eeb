"""Everything that one codec can write and read: the registry's classes and the standard library's values."""

from __future__ import annotations

from brine_codec.errors import CodecError, TooLarge, Undecodable, Unsupported, shown
from brine_codec.limits import DEFAULT_LIMITS
from brine_codec.pickling.makers import Rebuild
from brine_codec.standard import Standard

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.classes.registry import Registry
    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Maker, Reducer, Values


class Vocabulary:
    """What a codec with this registry and these limits knows: `reducer` writes, `rebuild` reads.

    `reduce` and `make` are the same for other formats than pickle: an object as a tag and plain values, and back.
    """

    __slots__ = ("_registry", "_standard", "rebuild")

    def __init__(self, registry: Registry, limits: Limits = DEFAULT_LIMITS) -> None:
        self._registry = registry
        self._standard = Standard(limits)
        self.rebuild = Rebuild(self.maker)

    def reduce(self, value: object) -> tuple[Maker, Values]:
        """The maker of an object (its `.tag` tells it, a record's has the fields' `.names`) and what it is called with.

        Large bytes among the values may be a PickleBuffer.
        Raises Unsupported for what is not registered or cannot be taken apart.
        """
        reducer = self.reducer(type(value))
        if reducer is None:
            raise Unsupported(f"type {type(value).__qualname__} is not registered")
        try:
            maker, values = reducer(value)
        except CodecError:
            raise
        except Exception as error:  # the caller's pack
            raise Unsupported(f"{type(value).__qualname__} cannot be taken apart: {type(error).__name__}") from error
        if type(values) is not tuple:
            raise Unsupported(f"pack of {type(value).__qualname__} does not give a tuple")
        return maker, values

    def make(self, tag: str, values: Values) -> object:
        """The object of a tag and plain values. Raises SchemaMiss for an unknown tag, Undecodable, TooLarge."""
        maker = self.rebuild(tag)
        try:
            return maker(*values)
        except CodecError:
            raise
        except (MemoryError, RecursionError) as error:
            raise TooLarge(f"making {shown(tag)} ended in a {type(error).__name__}") from None
        except Exception as error:  # noqa: BLE001 - a class refuses as it likes; what it says may show data
            raise Undecodable(f"{shown(tag)} refused its fields: {type(error).__name__}") from None

    @property
    def shares(self) -> bool:
        """Whether objects may travel that all of the process shares."""
        return self._registry.shares

    def record(self, title: str) -> Maker:
        """The maker of a record by `name@version` alone. Raises SchemaMiss."""
        return self._registry.record(title)

    def reducer(self, cls: type) -> Reducer | None:
        """How objects of a class are taken apart; None for a class that may not travel."""
        return self._registry.reducers.get(cls) or self._standard.reducer(cls)

    def maker(self, tag: str) -> Maker:
        """The maker of a tag. Raises SchemaMiss for an unknown one."""
        return self._standard.maker(tag) or self._registry.maker(tag)
