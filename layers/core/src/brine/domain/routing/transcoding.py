"""Transcoding settings of a route, and entity tags of transcoded responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.compression.coded_fields import CONTENT_DIGESTS
from brine.domain.formats.media import Format
from brine.domain.http.field_syntax import split_list
from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ORIGIN_PURPOSE: Final = "brine origin"
"""The purpose of envelopes between the gateway and an origin. The origin has a key of its own."""
CLIENT_PURPOSE: Final = "brine client"
"""The purpose of envelopes between the gateway and a client."""

_CONDITIONS = ("if-match", "if-none-match")
_OF_THE_CONTENT = CONTENT_DIGESTS | {
    *("accept-ranges", "content-encoding", "content-length", "content-range", "content-type", "etag")
}
_NEVER = '"~"'  # an entity tag that no origin has


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcoding:
    """The transcoding settings of a route.

    origin: the format of the origin's responses. requests: the format of the requests that the origin gets; None: the
    same.
    origin_keys, client_keys: the secrets with the keyrings for envelopes to and from either. Without client_keys,
    clients get no envelopes. types: the declared types that may pass; None: all. is_function: whether the origin is a
    function. Its JSON has no marks that name Python's types, and its content of other types passes unchanged.
    """

    origin: Format
    requests: Format | None = None
    origin_keys: str | None = None
    client_keys: str | None = None
    types: tuple[str, ...] | None = None
    is_function: bool = False

    @property
    def client_formats(self) -> tuple[Format, ...]:
        """The formats that a client may request, the most readable first."""
        plain = (Format.JSON, Format.MSGPACK)
        return plain if self.client_keys is None else (*plain, Format.SEALED)

    @property
    def request_format(self) -> Format:
        """The format of the requests that the origin gets."""
        return self.origin if self.requests is None else self.requests


@dataclass(frozen=True, slots=True)
class Rendition:
    """A response's content in another format than the origin's. `mark` is the end of its entity tags.

    `mark` depends on everything that decides the bytes besides the origin's content: the format, and how objects are
    written in it. An envelope contains the time of its sealing, so two envelopes of the same content differ, and their
    tags are weak.
    """

    form: Format
    mark: str

    def rendition_tag(self, tag: str) -> str:
        """Return the entity tag of the rendition, given the origin's."""
        weak = "W/" if tag.startswith("W/") or self.form is Format.SEALED else ""
        return f'{weak}"{tag.removeprefix("W/").strip('"')}~{self.mark}"'

    def origin_tag(self, tag: str) -> str | None:
        """Return the origin's entity tag, given the rendition's; None when it is not of this rendition."""
        end = f'~{self.mark}"'
        if not tag.endswith(end):
            return None
        weak = "W/" if self.form is Format.SEALED else ""  # the origin's tag may be strong
        return tag.removeprefix(weak).removesuffix(end) + '"'

    def with_content_fields(self, fields: Fields) -> Fields:
        """Return a response's fields, changed for the rendition."""
        return self.with_rendition_tag(fields).with_line("content-type", self.form.media_type)

    def with_rendition_tag(self, fields: Fields) -> Fields:
        """Return the fields of a response without content, with the entity tag of the rendition."""
        lines = [line for line in fields.lines if line[0] not in _OF_THE_CONTENT]
        tags = fields.all("etag")
        if tags:
            lines.append(("etag", self.rendition_tag(tags[0].strip(" \t"))))
        return Fields.from_lowercase(lines)


def conditions_for_read(fields: Fields, rendition: Rendition) -> Fields:
    """Return a request's fields with the origin's entity tags. A tag of no such rendition matches none."""
    return _conditions(fields, rendition.origin_tag)


def conditions_for_write(fields: Fields, renditions: Collection[Rendition]) -> Fields:
    """Return the fields of a request that changes content, with the origin's entity tags.

    The client may have read any rendition. A tag that belongs to no rendition may be the origin's own, for clients of
    its format, and stays.
    """
    return _conditions(fields, lambda tag: next(filter(None, (one.origin_tag(tag) for one in renditions)), tag))


def _conditions(fields: Fields, original: Callable[[str], str | None]) -> Fields:
    lines = [line for line in fields.lines if line[0] not in _CONDITIONS]
    for name in _CONDITIONS:
        values = fields.all(name)
        if values:
            tags = [tag for value in values for tag in split_list(value)]
            found = ["*"] if "*" in tags else [known for tag in tags if (known := original(tag)) is not None]
            lines.append((name, ", ".join(found) or _NEVER))
    return Fields.from_lowercase(lines)
