"""JSON and MessagePack for every object that can be sealed: docs/formats.md.

types = Types(registry)
data = encode(Format.JSON, obj, types)
obj = decode(Format.JSON, data, types)
format = negotiate(request.fields.all("accept"), [Format.JSON, Format.SEALED])

The modules that read and write are imported at their first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.formats.media import Format, format_of, negotiate
from brine.errors import ContentTooCostly

if TYPE_CHECKING:
    from typing import Any

    from brine.domain.formats.allowed_types import Types

__all__ = ["Format", "decode", "encode", "format_of", "negotiate"]


def encode(form: Format, obj: object, types: Types, size: int | None = None) -> bytes:
    """Return the object in JSON or MessagePack. Equal objects always give the same bytes.

    size: bytes of the message that the object came from, which bound the cost of writing it. None for an object that
    did not come from a message: then only `types.limits` bound the cost.

    Raises brine_codec.Unsupported with the path of a part that cannot be written, brine_codec.TooLarge beyond the
    limits.
    """
    if form is Format.JSON:
        from brine.domain.formats.json_form import encode_json  # noqa: PLC0415 - not on the way of a plain hit

        return encode_json(obj, types, size)
    if form is Format.MSGPACK:
        from brine.domain.formats.msgpack_form import encode_msgpack  # noqa: PLC0415 - likewise

        return encode_msgpack(obj, types, size)
    raise ValueError("an envelope is sealed by a Codec, which has the keys")


def decode(form: Format, data: bytes, types: Types) -> Any:
    """Return the object that JSON or MessagePack represents.

    Raises a FormatError with the position: ContentTooCostly beyond the limits, TypeRefused for a type that is not in
    `types`. Memory and time stay within the budget that `brine_codec.gate.budget` gives for data of this size, for any
    bytes.
    """
    if form is not Format.SEALED and len(data) > types.limits.size:
        raise ContentTooCostly(f"it takes {len(data)} bytes, more than the limit of {types.limits.size}")
    if form is Format.JSON:
        from brine.domain.formats.json_form import decode_json  # noqa: PLC0415 - not on the way of a plain hit

        return decode_json(data, types)
    if form is Format.MSGPACK:
        from brine.domain.formats.msgpack_form import decode_msgpack  # noqa: PLC0415 - likewise

        return decode_msgpack(data, types)
    raise ValueError("an envelope is opened by a Codec, which has the keys")
