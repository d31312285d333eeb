"""Conversion of untrusted trees, as read by a format's library, to objects: the inverse of `format_writer`.

Every object is charged to one budget (`brine_codec.gate.budget`) before it is made. The budget grows with the bytes of
the content, so work that only grows with the bytes is not charged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

from brine.domain.formats.format_writer import is_unicode
from brine.domain.formats.key_cost import comparison_cost
from brine.domain.formats.marks import MARKS
from brine.domain.formats.path import LocatedError, index, member
from brine.errors import ContentTooCostly, FormatError, TypeRefused
from brine_codec import CodecError, TooLarge, Undecodable
from brine_codec.errors import shown
from brine_codec.gate.collisions import DICT, RANDOM_HASH, SET, charge_keys
from brine_codec.gate.simulation import EXPENSIVE_PAIR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import ClassVar, Self

    from brine.domain.formats.allowed_types import Types
    from brine_codec.gate.budget import Budget
    from brine_codec.gate.collisions import Table, Weigh

    type Converter = Callable[[Any, Any], object]

ITEM, ENTRY = 64, 200
"""The most bytes for each item (ITEM) or entry (ENTRY) that a maker's copy of a container takes."""
_ZONE, _FRACTION = "py:ZoneInfo", "py:Fraction"


class DuplicateName:
    """A placeholder in a tree for a mapping with a duplicate name."""

    def __init__(self, key: str) -> None:
        self.key = key

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Return the placeholder for the first duplicate among the names."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                return cls(name)
            seen.add(name)
        raise ValueError("no name is there twice")


class FormatReader(ABC):
    """The conversion of one tree; each format has a subclass for the form of its marks.

    suspect: whether texts may contain lone surrogates.
    """

    leaves: ClassVar[frozenset[type]]
    """Types that need no conversion. Texts are excluded if suspect."""
    converters: ClassVar[dict[type, Converter]]
    """Functions from a tree to an object, by the tree's type. Any other type is an object already."""

    def __init__(self, types: Types, budget: Budget, *, suspect: bool = False) -> None:
        self._limits = types.limits
        self._vocabulary = types.vocabulary
        self._weigh: Weigh = partial(comparison_cost, vocabulary=types.vocabulary)
        self._leaves = self.leaves - {str} if suspect else self.leaves
        self._suspect = suspect
        self._budget = budget
        self._prices: dict[str, tuple[int, int]] = {}
        self._zones: dict[object, object] = {}
        self._fractions = 0
        """Fractions made so far. Python keeps their hashes in one table, and may compare each with all the rest."""
        self._depth = self._marks = 0

    @abstractmethod
    def mapping(self, value: dict[Any, object]) -> object:
        """Return the object of a mapping."""

    def obj(self, read: Callable[[], object]) -> object:
        """Return the object of the tree that `read` returns. Raises FormatErrors with the path inside it.

        The tree is modified.
        """
        try:
            return self.convert(read())
        except LocatedError as failure:
            raise failure.located() from None
        except RecursionError:
            raise ContentTooCostly("the whole: it is nested too deeply") from None

    def convert(self, value: object) -> object:
        """Return the object of a part. Failures have the path inside this part."""
        converter = self.converters.get(type(value))
        return value if converter is None else converter(self, value)

    def spend(self, memory: float, steps: float = 0) -> None:
        """Draw bytes, and steps of 100 ns, before they are used."""
        try:
            self._budget.spend(memory, steps)
        except TooLarge as error:
            raise LocatedError(ContentTooCostly(str(error))) from None

    def _enter(self) -> None:
        """Enter a container. The caller decreases `_depth` afterwards."""
        self._depth += 1
        if self._depth > self._limits.depth:
            raise LocatedError(ContentTooCostly(f"it is nested deeper than {self._limits.depth}"))

    def sequence(self, value: list[Any]) -> list[Any]:
        """Replace the trees in a list by their objects, and return the list."""
        self._enter()
        self._convert_items(value, value)
        self._depth -= 1
        return value

    def _convert_items(self, trees: list[Any], owner: object) -> None:
        """Replace the trees in a list by their objects."""
        leaves = self._leaves
        if not leaves.issuperset(map(type, trees)):
            at = 0
            try:
                for at, tree in enumerate(trees):
                    if type(tree) not in leaves:
                        trees[at] = self.convert(tree)
            except LocatedError as failure:
                failure.add_step(owner, index(at))
                raise

    def values(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """Replace the trees of a dict's values by their objects, and return the dict.

        The keys, which are texts, stay unchanged.
        """
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
            except LocatedError as failure:
                failure.add_step(value, member(key))
                raise
        self._depth -= 1
        return value

    def marked(self, name: str, argument: object) -> object:
        """Return the object of a mark. Sets and maps check each of their keys."""
        self._marks += 1
        if self._marks > self._limits.depth + 2:  # each except the innermost has a container in it
            raise LocatedError(ContentTooCostly(f"it is nested deeper than {self._limits.depth}"))
        own = _SPECIAL_MARKS.get(name)
        made = self._from_argument(name, argument) if own is None else own(self, argument)
        self._marks -= 1
        return made

    def _from_argument(self, name: str, argument: object) -> object:
        argument = self.convert(argument)
        if type(argument) is bytes:
            self.spend(4 * len(argument))  # a text may take so much for each
        try:
            return MARKS[name](argument, self.made)
        except (ValueError, OverflowError) as error:
            raise LocatedError(FormatError(f"${name}: {error}")) from None

    def record(self, title: object, fields: dict[str, object]) -> object:
        """Return the object of a registered class from the trees of its fields."""
        if type(title) is not str:
            raise LocatedError(FormatError("$type is not a text"))
        try:
            maker = self._vocabulary.record(title)
        except CodecError as error:
            raise LocatedError(_refusal(error, title)) from None
        if fields.keys() != set(maker.names):
            raise LocatedError(TypeRefused(f"{shown(title)} {_difference(maker.names, fields)}"))
        values = self.values(fields)
        return self.made(maker.tag, tuple([values[name] for name in maker.names]))

    def dict_from_pairs(self, pairs: list[Any]) -> dict[object, object]:
        """Return a dict from pairs of trees: tuples, or lists of two."""
        self._enter()
        keys = self._keys([key for key, _ in pairs], DICT)
        made: dict[object, object] = {}
        for size, (key, (_, value)) in enumerate(zip(keys, pairs, strict=True), 1):
            try:
                made[key] = self.convert(value)
            except LocatedError as failure:
                failure.add_step(None, member(key))
                raise
            if len(made) < size:
                raise LocatedError(FormatError(f"the key {shown(key)} is there twice"))
        self._depth -= 1
        return made

    def _keys(self, trees: list[Any], table: Table) -> list[Any]:
        """Replace the trees of one table's keys by their objects. The table is already paid for."""
        self._convert_items(trees, None)
        if self._fractions and not RANDOM_HASH.issuperset(map(type, trees)):
            self.spend(0, EXPENSIVE_PAIR * self._fractions * len(trees))
        try:
            charge_keys(trees, table, self.spend, self._weigh)
        except TypeError:
            kind = next(type(key) for key in trees if not _is_key(key))
            raise LocatedError(FormatError(f"a {kind.__name__} cannot be a key")) from None
        return trees

    def _set(self, cls: type[set[object]] | type[frozenset[object]], argument: object) -> object:
        if type(argument) is not list:
            raise LocatedError(FormatError("a set is not a list of its members"))
        self._enter()
        members = self._keys(argument, SET)
        made = cls(members)
        if len(made) < len(members):
            raise LocatedError(FormatError("a member of a set is there twice"))
        self._depth -= 1
        return made

    def _map(self, argument: object) -> object:
        if type(argument) is not list:
            raise LocatedError(FormatError("a map is not a list of pairs"))
        if any(type(pair) is not list or len(pair) != 2 for pair in argument):
            raise LocatedError(FormatError("a map has what is no pair of key and value"))
        return self.dict_from_pairs(argument)

    def _object(self, argument: object) -> object:
        if type(argument) is not list or not argument or type(argument[0]) is not str:
            raise LocatedError(FormatError("an object is not a tag and its values"))
        tag, *values = self.sequence(argument)
        self.spend(sum(_copy_size(value) for value in values))
        return self.made(tag, tuple(values))

    def made(self, tag: str, values: tuple[Any, ...]) -> object:
        """Return the object that the maker of a tag makes of these values. Time zones are cached."""
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
            raise LocatedError(_refusal(error, tag)) from None
        if tag == _ZONE:
            self._zones[values] = made
        self._fractions += tag == _FRACTION
        return made

    def _text(self, value: str) -> str:
        if self._suspect and not is_unicode(value):
            raise LocatedError(FormatError("a text holds half a character (a lone surrogate)"))
        return value

    def _integer(self, value: int) -> int:
        if value.bit_length() > self._limits.integer_bits:
            raise LocatedError(ContentTooCostly(f"an integer has more than {self._limits.integer_bits} bits"))
        return value

    def _duplicate_name(self, value: DuplicateName) -> object:
        raise LocatedError(FormatError(f"the name {shown(value.key)} is there twice"))


def _copy_size(value: object) -> int:
    """Return the most bytes that a copy of a container takes."""
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
    """Return the codec's error about an object as an error about the content."""
    if isinstance(error, TooLarge):
        return ContentTooCostly(str(error))
    if isinstance(error, Undecodable) and tag.startswith("py:"):
        return FormatError(str(error))
    return TypeRefused(str(error))


def _difference(names: tuple[str, ...], fields: dict[str, object]) -> str:
    missing = [name for name in names if name not in fields]
    return f"lacks {missing[0]}" if missing else f"has no {shown(next(name for name in fields if name not in names))}"


_SPECIAL_MARKS: dict[str, Converter] = {
    "set": lambda reader, argument: reader._set(set, argument),  # noqa: SLF001 - this module's own, as all of these
    "frozenset": lambda reader, argument: reader._set(frozenset, argument),  # noqa: SLF001 - of the class above
    "map": FormatReader._map,  # noqa: SLF001 - of the class above
    "object": FormatReader._object,  # noqa: SLF001 - of the class above
}
"""Marks with an argument that is not an object itself."""

CONVERTERS: dict[type, Converter] = {
    str: FormatReader._text,  # noqa: SLF001 - of the class above
    int: FormatReader._integer,  # noqa: SLF001 - of the class above
    list: FormatReader.sequence,
    dict: lambda reader, value: reader.mapping(value),
    DuplicateName: FormatReader._duplicate_name,  # noqa: SLF001 - of the class above
}
"""Conversions that all formats share."""
