"""All classes that one codec can write and read: those of the registry and those of the standard library."""

from __future__ import annotations

from brine_codec.errors import CodecError, TooLarge, Undecodable, Unsupported, not_registered, shown
from brine_codec.limits import DEFAULT_LIMITS
from brine_codec.pickling.makers import Rebuild
from brine_codec.standard import Standard

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from brine_codec.classes.registry import Registry
    from brine_codec.limits import Limits
    from brine_codec.pickling.makers import Maker, Reducer, Values


class Vocabulary:
    """The classes of a registry and of the standard library, within limits.

    The codec writes by `reducer` and reads by `rebuild`. Other formats than pickle use `reduce` and `make`, which
    convert an object to a tag with plain values and back.
    """

    __slots__ = ("_registry", "_standard", "rebuild")

    def __init__(self, registry: Registry, limits: Limits = DEFAULT_LIMITS) -> None:
        self._registry = registry
        self._standard = Standard(limits)
        self.rebuild = Rebuild(self.maker)

    def reduce(self, value: object) -> tuple[Maker, Values]:
        """Return the maker of an object and the arguments for it.

        The maker has the `.tag`, and for a record the `.names` of its fields. Large bytes may come as a PickleBuffer.
        Raises Unsupported for an object that is not registered or cannot be reduced.
        """
        reducer = self.reducer(type(value))
        if reducer is None:
            raise not_registered(type(value))
        try:
            maker, values = reducer(value)
        except CodecError:
            raise
        except Exception as error:  # `pack` is the caller's code
            raise Unsupported(f"{type(value).__qualname__} cannot be reduced: {type(error).__name__}") from error
        if type(values) is not tuple:
            raise Unsupported(f"pack of {type(value).__qualname__} does not return a tuple")
        return maker, values

    def make(self, tag: str, values: Values) -> object:
        """Return the object of a tag and plain values. Raises SchemaMiss for an unknown tag, Undecodable, TooLarge."""
        maker = self.rebuild(tag)
        try:
            return maker(*values)
        except CodecError:
            raise
        except (MemoryError, RecursionError) as error:
            raise TooLarge(f"making {shown(tag)} ended in a {type(error).__name__}") from None
        except Exception as error:  # noqa: BLE001 - a class may raise any type, and its message may show data
            raise Undecodable(f"{shown(tag)} refused its fields: {type(error).__name__}") from None

    @property
    def shares(self) -> bool:
        """Whether a stream may refer to objects that the whole process shares."""
        return self._registry.shares

    def record(self, title: str) -> Maker:
        """Return the maker of a record by `name@version` alone. Raises SchemaMiss."""
        return self._registry.record(title)

    def reducer(self, cls: type) -> Reducer | None:
        """Return the reducer for objects of a class, or None for a class that may not be written.

        Raises Unsupported with the reason for a class that an annotation mentions and that could not be registered.
        """
        found = self._registry.reducer(cls) or self._standard.reducer(cls)
        if found is None and cls in self._registry.left_out:
            raise Unsupported(f"type {cls.__qualname__} is not registered: {self._registry.left_out[cls]}")
        return found

    @property
    def edition(self) -> int:
        """A number that changes when a reducer is replaced."""
        return self._registry.edition

    def maker(self, tag: str) -> Maker:
        """Return the maker of a tag. Raises SchemaMiss for an unknown tag."""
        return self._standard.maker(tag) or self._registry.maker(tag)
