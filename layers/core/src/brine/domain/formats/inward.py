"""Trees that a format's library has read to objects: the way back of `outward`, for trees made by anybody.

All that is made of a tree draws from one budget (`brine_codec.budget`), and is drawn before it is made. What takes time
in proportion to the bytes does not draw: it takes less than the budget gives for them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

from brine.domain.formats.keys import weigh
from brine.domain.formats.marks import MARKS
from brine.domain.formats.outward import is_unicode
from brine.domain.formats.path import Failure, index, member
from brine.errors import ContentTooLarge, FormatError, TypeRefused
from brine_codec import CodecError, TooLarge, Undecodable
from brine_codec.errors import shown
from brine_codec.gate.collisions import DICT, SET
from brine_codec.gate.collisions import RANDOM_HASH as SECRET
from brine_codec.gate.collisions import charge_keys as price
from brine_codec.gate.simulation import EXPENSIVE_PAIR as DEAR_PAIR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import ClassVar, Self

    from brine.domain.formats.allowed import Types
    from brine_codec.gate.budget import Budget
    from brine_codec.gate.collisions import Table, Weigh

    type Way = Callable[[Any, Any], object]

ITEM, ENTRY = 64, 200
"""Bytes that a maker takes at most for each item, or each entry, of a container that it is called with: for a copy."""
_ZONE, _FRACTION = "py:ZoneInfo", "py:Fraction"


class Twice:
    """What stands in a tree for a mapping that has a name twice."""

    def __init__(self, key: str) -> None:
        self.key = key

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """By the first that was there before."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                return cls(name)
            seen.add(name)
        raise ValueError("no name is there twice")


class Inward(ABC):
    """One tree on its way in; a subclass for each format says how its marks look.

    suspect: whether texts may hold lone surrogates.
    """

    leaves: ClassVar[frozenset[type]]
    """Types that need no look. Texts are left out where suspect."""
    ways: ClassVar[dict[type, Way]]
    """What makes an object of a tree, by the tree's type. What is not in it is an object already."""

    def __init__(self, types: Types, budget: Budget, *, suspect: bool = False) -> None:
        self._limits = types.limits
        self._vocabulary = types.vocabulary
        self._weigh: Weigh = partial(weigh, vocabulary=types.vocabulary)
        self._leaves = self.leaves - {str} if suspect else self.leaves
        self._suspect = suspect
        self._budget = budget
        self._prices: dict[str, tuple[int, int]] = {}
        self._zones: dict[object, object] = {}
        self._fractions = 0
        """How many were made: Python keeps their hashes in one table, where each may be compared with all others."""
        self._depth = self._marks = 0

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
        way = self.ways.get(type(value))
        return value if way is None else way(self, value)

    def spend(self, memory: float, steps: float = 0) -> None:
        """Draw bytes, and steps of 100 ns, that will be taken."""
        try:
            self._budget.spend(memory, steps)
        except TooLarge as error:
            raise Failure(ContentTooLarge(str(error))) from None

    def _enter(self) -> None:
        """Go into a container; `_depth` is one less afterwards."""
        self._depth += 1
        if self._depth > self._limits.depth:
            raise Failure(ContentTooLarge(f"it is nested deeper than {self._limits.depth}"))

    def sequence(self, value: list[Any]) -> list[Any]:
        """The same list, with objects in the place of trees."""
        self._enter()
        leaves = self._leaves
        if not leaves.issuperset(map(type, value)):
            at = 0
            try:
                for at, item in enumerate(value):
                    if type(item) not in leaves:
                        value[at] = self.convert(item)
            except Failure as failure:
                failure.through(value, index(at))
                raise
        self._depth -= 1
        return value

    def values(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """The same dict, with objects in the place of trees; its keys, which are texts, are as they were."""
        self._enter()
        if self._suspect:
            for key in value:
                self._text(key)
        leaves = self._leaves
        if not leaves.issuperset(map(type, value.values())):
            key = None
            try:
                for key, item in value.items():
                    if type(item) not in leaves:
                        value[key] = self.convert(item)
            except Failure as failure:
                failure.through(value, member(key))
                raise
        self._depth -= 1
        return value

    def marked(self, name: str, argument: object) -> object:
        """The object of a mark. Sets and maps look at each of their keys."""
        self._marks += 1
        if self._marks > self._limits.depth + 2:  # each has a container in it, but the innermost
            raise Failure(ContentTooLarge(f"it is nested deeper than {self._limits.depth}"))
        own = _OWN.get(name)
        made = self._argued(name, argument) if own is None else own(self, argument)
        self._marks -= 1
        return made

    def _argued(self, name: str, argument: object) -> object:
        argument = self.convert(argument)
        if type(argument) is bytes:
            self.spend(4 * len(argument))  # a text may take so much for each
        try:
            return MARKS[name](argument, self.made)
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
        values = self.values(fields)
        return self.made(maker.tag, tuple([values[name] for name in maker.names]))

    def paired(self, pairs: list[Any]) -> dict[object, object]:
        """A dict of pairs of trees: tuples, or lists of two."""
        self._enter()
        keys = self._keys([key for key, _ in pairs], DICT)
        made: dict[object, object] = {}
        for size, (key, (_, value)) in enumerate(zip(keys, pairs, strict=True), 1):
            try:
                made[key] = self.convert(value)
            except Failure as failure:
                failure.through(None, member(key))
                raise
            if len(made) < size:
                raise Failure(FormatError(f"the key {shown(key)} is there twice"))
        self._depth -= 1
        return made

    def _keys(self, trees: list[Any], table: Table) -> list[Any]:
        """The keys of one table, which has been paid for, in the place of their trees."""
        leaves = self._leaves
        if not leaves.issuperset(map(type, trees)):
            at = 0
            try:
                for at, tree in enumerate(trees):
                    if type(tree) not in leaves:
                        trees[at] = self.convert(tree)
            except Failure as failure:
                failure.through(None, index(at))
                raise
        if self._fractions and not SECRET.issuperset(map(type, trees)):
            self.spend(0, DEAR_PAIR * self._fractions * len(trees))
        try:
            price(trees, table, self.spend, self._weigh)
        except TypeError:
            kind = next(type(key) for key in trees if not _is_key(key))
            raise Failure(FormatError(f"a {kind.__name__} cannot be a key")) from None
        return trees

    def _set(self, cls: type[set[object]] | type[frozenset[object]], argument: object) -> object:
        if type(argument) is not list:
            raise Failure(FormatError("a set is not a list of its members"))
        self._enter()
        members = self._keys(argument, SET)
        made = cls(members)
        if len(made) < len(members):
            raise Failure(FormatError("a member of a set is there twice"))
        self._depth -= 1
        return made

    def _map(self, argument: object) -> object:
        if type(argument) is not list:
            raise Failure(FormatError("a map is not a list of pairs"))
        if any(type(pair) is not list or len(pair) != 2 for pair in argument):
            raise Failure(FormatError("a map has what is no pair of key and value"))
        return self.paired(argument)

    def _object(self, argument: object) -> object:
        if type(argument) is not list or not argument or type(argument[0]) is not str:
            raise Failure(FormatError("an object is not a tag and its values"))
        tag, *values = self.sequence(argument)
        self.spend(sum(_copy_of(value) for value in values))
        return self.made(tag, tuple(values))

    def made(self, tag: str, values: tuple[Any, ...]) -> object:
        """What the maker of a tag makes of these values. A time zone is looked up once."""
        if tag == _ZONE and values and type(values[0]) is str and values in self._zones:
            return self._zones[values]
        try:
            prices = self._prices.get(tag)
            if prices is None:
                maker = self._vocabulary.rebuild(tag)
                prices = self._prices[tag] = maker.memory + ITEM * len(maker.names), maker.steps
            self._budget.spend(*prices)
            made = self._vocabulary.make(tag, values)
        except CodecError as error:
            raise Failure(_refusal(error, tag)) from None
        if tag == _ZONE:
            self._zones[values] = made
        self._fractions += tag == _FRACTION
        return made

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


def _copy_of(value: object) -> int:
    """Bytes that a copy of a container may take."""
    if type(value) is dict:
        return ENTRY * len(value)
    return ITEM * len(value) if type(value) in {list, tuple, set, frozenset} else 0  # type: ignore[arg-type]  # by its type


def _is_key(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


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


_OWN: dict[str, Way] = {
    "set": lambda inward, argument: inward._set(set, argument),  # noqa: SLF001 - this module's own, as all of these
    "frozenset": lambda inward, argument: inward._set(frozenset, argument),  # noqa: SLF001
    "map": Inward._map,  # noqa: SLF001
    "object": Inward._object,  # noqa: SLF001
}
"""Marks whose argument is not an object itself."""

WAYS: dict[type, Way] = {
    str: Inward._text,  # noqa: SLF001
    int: Inward._integer,  # noqa: SLF001
    list: Inward.sequence,
    dict: lambda inward, value: inward.mapping(value),
    Twice: Inward._twice,  # noqa: SLF001
}
"""What every format's trees have."""
