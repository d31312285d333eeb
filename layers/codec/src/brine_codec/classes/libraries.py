"""Makers and reducers for classes of attrs and msgspec. Neither library is imported: the class brings its fields.

Both are made by calling their class with the checked fields, as dataclasses are. So the validators and
`__attrs_post_init__` of an attrs class run, and `__post_init__` of a Struct. The constraints of `msgspec.Meta` do not:
msgspec checks them only when it decodes. Attributes that are no fields (`dict=True`) are not written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine_codec.classes.annotations import field_type_of
from brine_codec.classes.fields import check_call
from brine_codec.classes.hints import parameters_of
from brine_codec.classes.kinds import PLAIN
from brine_codec.classes.records import Field, record

if TYPE_CHECKING:
    from brine_codec.classes.hints import Hints
    from brine_codec.classes.records import RecordMaker
    from brine_codec.pickling.makers import Maker, Reduced, Reducer


def attrs_record(tag: str, cls: Any, hints: Hints) -> tuple[Maker, Reducer]:
    """Return the maker and the reducer of an attrs class.

    A converter must accept the values that it has produced, and leave them as they are. Sealing checks this, and raises
    Unsupported: otherwise a stored object could not be opened, or would open with other values.
    """
    if issubclass(cls, PLAIN):
        raise TypeError(f"{cls.__qualname__} is an attrs class and a {cls.__mro__[1].__name__}: give pack and make")
    attributes = cls.__attrs_attrs__
    called = [attribute for attribute in attributes if attribute.init]
    check_call(
        cls,
        [attribute.alias for attribute in called if not attribute.kw_only],
        {attribute.alias for attribute in called if attribute.kw_only},
    )
    fields = [
        Field(attribute.name, field_type_of(hints[attribute.name]), _passed(attribute), attribute.alias)
        for attribute in attributes
    ]
    maker, reducer = record(tag, cls, fields, restores_state=hasattr(cls, "__setstate__"))
    if not any(attribute.converter for attribute in called):
        return maker, reducer
    return maker, _confirmed(maker, reducer)


def _passed(attribute: Any) -> str:
    if not attribute.init:
        return "late"
    return "keyword" if attribute.kw_only else "position"


def _confirmed(maker: RecordMaker, reducer: Reducer) -> Reducer:
    def reduce(value: object) -> Reduced:
        reduced = reducer(value)
        maker.confirm([(name, getattr(value, name)) for name in maker.names], getattr)
        return reduced

    return reduce


def msgspec_record(tag: str, cls: Any, hints: Hints) -> tuple[Maker, Reducer]:
    """Return the maker and the reducer of a Struct."""
    keywords = {parameter.name for parameter in parameters_of(cls) if parameter.kind is parameter.KEYWORD_ONLY}
    names = cls.__struct_fields__
    check_call(cls, [name for name in names if name not in keywords], keywords)
    fields = [Field(name, field_type_of(hints[name]), "keyword" if name in keywords else "position") for name in names]
    return record(tag, cls, fields)
