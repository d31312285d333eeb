"""JSON and MessagePack for everything that may travel sealed: docs/formats.md.

types = Types(registry)
data = encode(Format.JSON, obj, types)
obj = decode(Format.JSON, data, types)
format = negotiate(request.fields.all("accept"), [Format.JSON, Format.SEALED])

What reads and writes is imported when it is first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.domain.formats.media import Format, format_of, negotiate

if TYPE_CHECKING:
    from typing import Any

    from brine.domain.formats.allowed import Types

__all__ = ["Format", "decode", "encode", "format_of", "negotiate"]


def encode(form: Format, obj: object, types: Types, size: int | None = None) -> bytes:
    """The object in JSON or MessagePack, always in the same bytes.

    size: bytes of the message that the object came from, which bound what writing it may take. None for an object that
    came from no message: it may take what `types.limits` allow.
    Raises brine_codec.Unsupported with the path of what cannot be written, brine_codec.TooLarge beyond the limits.
    """
    if form is Format.JSON:
        from brine.domain.formats.json_form import encode_json  # noqa: PLC0415 - not on the way of a plain hit

        return encode_json(obj, types, size)
    if form is Format.MSGPACK:
        from brine.domain.formats.msgpack_form import encode_msgpack  # noqa: PLC0415 - likewise

        return encode_msgpack(obj, types, size)
    raise ValueError("an envelope is sealed by a Codec, which has the keys")


def decode(form: Format, data: bytes, types: Types) -> Any:
    """The object that JSON or MessagePack stands for.

    Raises a FormatError that says where: ContentTooLarge beyond the limits, TypeRefused for what is not among `types`.
    Takes memory and time within the budget that `brine_codec.budget` gives for data of this size, whatever the bytes.
    """
    if form is Format.JSON:
        from brine.domain.formats.json_form import decode_json  # noqa: PLC0415 - not on the way of a plain hit

        return decode_json(data, types)
    if form is Format.MSGPACK:
        from brine.domain.formats.msgpack_form import decode_msgpack  # noqa: PLC0415 - likewise

        return decode_msgpack(data, types)
    raise ValueError("an envelope is opened by a Codec, which has the keys")
