"""Trees that a format's library has read to objects: the way back of `outward`, for trees made by anybody."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from brine.domain.formats.marks import MARKS
from brine.domain.formats.outward import is_unicode
from brine.domain.formats.path import Failure, index, member
from brine.errors import ContentTooLarge, FormatError, TypeRefused
from brine_codec import CodecError, TooLarge, Undecodable
from brine_codec.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import ClassVar, Self

    from brine.domain.formats.allowed import Types

OBJECT, COPIED = 700, 64
"""Bytes that an object takes with what its maker keeps, and beyond that each of its values: as for an envelope."""
_WEAK_INTEGER = 2**64
_STRONG = frozenset({"str", "bytes", "bool", "NoneType", "float", "date", "datetime", "time", "timedelta", "timezone"})
"""Types whose hash a sender cannot choose, or not to much effect; the others count as the codec's gate counts them."""


class Twice:
    """What stands in a tree for a mapping that has a key twice."""

    def __init__(self, key: object) -> None:
        self.key = key

    @classmethod
    def of(cls, keys: Iterable[object]) -> Self:
        """By the first that was there before."""
        seen: set[object] = set()
        for key in keys:
            if key in seen:
                return cls(key)
            seen.add(key)
        raise ValueError("no key is there twice")


class Inward(ABC):
    """One tree on its way in; a subclass for each format says how its marks look.

    suspect: whether texts may hold lone surrogates.
    """

    leaves: ClassVar[frozenset[type]]
    """Types that need no look. Texts are left out where suspect."""

    def __init__(self, types: Types, *, suspect: bool = False) -> None:
        self._limits = types.limits
        self._vocabulary = types.vocabulary
        self._leaves = self.leaves - {str} if suspect else self.leaves
        self._suspect = suspect
        self._memory = types.limits.memory
        self._depth = self._marks = self._nodes = self._hashed = self._weak_keys = 0

    @abstractmethod
    def other(self, value: Any) -> object:
        """The object of what only this format's trees have."""

    @abstractmethod
    def mapping(self, value: dict[Any, object]) -> object:
        """The object of a mapping."""

    def obj(self, read: Callable[[], object]) -> object:
        """The object of the tree that `read` gives, which is taken apart. Raises FormatErrors with the path inside."""
        try:
            return self.convert(read())
        except Failure as failure:
            raise failure.located() from None
        except RecursionError:
            raise ContentTooLarge("the whole: it is nested too deeply") from None

    def convert(self, value: object) -> object:
        """The object of any part, inside of which Failures know their place."""
        way = _WAYS.get(type(value))
        return self.other(value) if way is None else way(self, value)

    def charge(self, size: int) -> None:
        """Count bytes of memory that will be taken."""
        self._memory -= size
        if self._memory < 0:
            raise Failure(ContentTooLarge(f"it would take more than {self._limits.memory} bytes of memory"))

    def enter(self, count: int) -> None:
        """Go into a container of so many values; `leave` it afterwards."""
        self._depth += 1
        self._nodes += count
        if self._depth > self._limits.depth:
            raise Failure(ContentTooLarge(f"it is nested deeper than {self._limits.depth}"))
        if self._nodes > self._limits.nodes:
            raise Failure(ContentTooLarge(f"it holds more than {self._limits.nodes} values"))

    def leave(self) -> None:
        """Come out of a container."""
        self._depth -= 1

    def sequence(self, value: list[Any]) -> list[Any]:
        """The same list, with objects in the place of trees."""
        self.enter(len(value))
        if not self._leaves.issuperset(map(type, value)):
            at = 0
            try:
                for at, item in enumerate(value):
                    value[at] = self.convert(item)
            except Failure as failure:
                failure.through(value, index(at))
                raise
        self.leave()
        return value

    def values(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """The same dict, with objects in the place of trees; its keys are as they were."""
        self.enter(len(value))
        if self._suspect:
            for key in value:
                self._text(key)
        if not self._leaves.issuperset(map(type, value.values())):
            key = None
            try:
                for key, item in value.items():
                    value[key] = self.convert(item)
            except Failure as failure:
                failure.through(value, member(key))
                raise
        self.leave()
        return value

    def marked(self, name: str, argument: object) -> object:
        """The object of a mark. Sets and maps look at each of their keys."""
        self._marks += 1
        if self._marks > self._limits.depth + 2:  # each has a container in it, but the innermost
            raise Failure(ContentTooLarge(f"it is nested deeper than {self._limits.depth}"))
        self.charge(OBJECT if name == "object" else 0)
        try:
            return self._argued(name, argument)
        finally:
            self._marks -= 1

    def _argued(self, name: str, argument: object) -> object:
        if name in {"set", "frozenset"}:
            return self._set(frozenset if name == "frozenset" else set, argument)
        if name == "map":
            return self.paired(self._pairs(argument))
        if name == "object":
            return self._reduced(argument)
        try:
            return MARKS[name](self.convert(argument), self._vocabulary)
        except CodecError as error:
            raise Failure(_refusal(error, "py:")) from None
        except (ValueError, OverflowError) as error:
            raise Failure(FormatError(f"${name}: {error}")) from None

    def record(self, title: object, fields: dict[str, object]) -> object:
        """The object of a registered class, of the trees of its fields."""
        if type(title) is not str:
            raise Failure(FormatError("$type is not a text"))
        try:
            maker = self._vocabulary.record(title)
        except CodecError as error:
            raise Failure(_refusal(error, title)) from None
        if fields.keys() != set(maker.names):
            raise Failure(TypeRefused(f"{shown(title)} {_difference(maker.names, fields)}"))
        self.charge(OBJECT + COPIED * len(fields))
        values = self.values(fields)
        return self._made(maker.tag, tuple([values[name] for name in maker.names]))

    def paired(self, pairs: Iterable[tuple[object, object]]) -> dict[object, object]:
        """A dict of pairs of trees."""
        made: dict[object, object] = {}
        for size, (key, value) in enumerate(pairs, 1):
            self._put(made.__setitem__, key, value)
            if len(made) < size:
                raise Failure(FormatError(f"the key {shown(key)} is there twice"))
        return made

    def _put(self, put: Callable[[object, object], None], tree: object, value: object) -> None:
        key = self._key(tree)
        try:
            inner = self.convert(value)
        except Failure as failure:
            failure.through(None, member(key))
            raise
        put(key, inner)

    def _key(self, tree: object) -> object:
        """A key or a member of a set, after what hashing it takes was counted."""
        before = self._nodes
        key = self.convert(tree)
        self._hashed += self._nodes - before
        kind = type(key)
        if kind is int:
            self._weak_keys += not -_WEAK_INTEGER < key < _WEAK_INTEGER  # type: ignore[operator]  # it is an int
        elif kind.__name__ not in _STRONG:
            self._weak_keys += 1 if kind in (tuple, frozenset) else 5
        if self._hashed > self._limits.hashed:
            raise Failure(ContentTooLarge(f"its keys hold more than {self._limits.hashed} values"))
        if self._weak_keys > self._limits.weak_keys:
            raise Failure(
                ContentTooLarge(f"too many of its keys could collide (weak_keys is {self._limits.weak_keys})")
            )
        try:
            hash(key)
        except TypeError:
            raise Failure(FormatError(f"a {kind.__name__} cannot be a key")) from None
        return key

    def _set(self, cls: type[set[object]] | type[frozenset[object]], argument: object) -> object:
        if type(argument) is not list:
            raise Failure(FormatError("a set is not a list of its members"))
        self.enter(len(argument))
        self.charge(COPIED * len(argument))
        at = 0
        members = set()
        try:
            for at, item in enumerate(argument):  # noqa: B007 - where it failed
                members.add(self._key(item))
        except Failure as failure:
            failure.through(None, index(at))
            raise
        if len(members) < len(argument):
            raise Failure(FormatError("a member of a set is there twice"))
        self.leave()
        return members if cls is set else frozenset(members)

    def _pairs(self, argument: object) -> Iterator[tuple[object, object]]:
        if type(argument) is not list:
            raise Failure(FormatError("a map is not a list of pairs"))
        self.enter(2 * len(argument))
        for pair in argument:
            if type(pair) is not list or len(pair) != 2:
                raise Failure(FormatError("a map has what is no pair of key and value"))
            yield pair[0], pair[1]
        self.leave()

    def _reduced(self, argument: object) -> object:
        if type(argument) is not list or not argument or type(argument[0]) is not str:
            raise Failure(FormatError("an object is not a tag and its values"))
        self.charge(COPIED * len(argument))
        tag, *values = self.sequence(argument)
        return self._made(tag, tuple(values))

    def _made(self, tag: str, values: tuple[object, ...]) -> object:
        try:
            return self._vocabulary.make(tag, values)
        except CodecError as error:
            raise Failure(_refusal(error, tag)) from None

    def _text(self, value: str) -> str:
        if self._suspect and not is_unicode(value):
            raise Failure(FormatError("a text holds half a character (a lone surrogate)"))
        return value

    def _integer(self, value: int) -> int:
        if value.bit_length() > self._limits.integer_bits:
            raise Failure(ContentTooLarge(f"an integer has more than {self._limits.integer_bits} bits"))
        return value

    def _twice(self, value: Twice) -> object:
        raise Failure(FormatError(f"the name {shown(value.key)} is there twice"))


def _refusal(error: CodecError, tag: str) -> FormatError:
    """What the codec says of an object, as an error of the content's."""
    if isinstance(error, TooLarge):
        return ContentTooLarge(str(error))
    if isinstance(error, Undecodable) and tag.startswith("py:"):
        return FormatError(str(error))
    return TypeRefused(str(error))


def _difference(names: tuple[str, ...], fields: dict[str, object]) -> str:
    missing = [name for name in names if name not in fields]
    return f"lacks {missing[0]}" if missing else f"has no {shown(next(name for name in fields if name not in names))}"


_WAYS: dict[type, Callable[[Inward, Any], object]] = {
    type(None): lambda _, value: value,
    bool: lambda _, value: value,
    str: Inward._text,  # noqa: SLF001 - this module's own, as all of these
    int: Inward._integer,  # noqa: SLF001
    list: Inward.sequence,
    dict: lambda inward, value: inward.mapping(value),
    Twice: Inward._twice,  # noqa: SLF001
}
