"""Routes whose origin speaks one format while clients pick theirs: what they settle, and the names of what we made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.formats.media import Format
from brine.domain.http.field_syntax import split_list
from brine.domain.http.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

ORIGIN_PURPOSE: Final = "brine origin"
"""What envelopes between the gateway and an origin are for; the key is the origin's own."""
CLIENT_PURPOSE: Final = "brine client"
"""What envelopes between the gateway and a client are for."""

CONTENT_DIGESTS: Final = frozenset({"content-digest", "content-md5", "digest", "repr-digest"})
"""Fields with digests of a content's bytes, which are those of no other format."""

_CONDITIONS = ("if-match", "if-none-match")
_OF_THE_CONTENT = CONTENT_DIGESTS | {
    *("accept-ranges", "content-encoding", "content-length", "content-range", "content-type", "etag")
}
_NEVER = '"~"'  # an entity-tag that no origin's is, since it would come from us


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcoding:
    """What a route settles. origin: the format of the origin's responses. requests: of what it gets; None: the same.

    origin_keys, client_keys: the secrets with the keyrings for envelopes to and from either. Without client_keys,
    clients get no envelopes. types: the declared types that may pass; None: all.
    """

    origin: Format
    requests: Format | None = None
    origin_keys: str | None = None
    client_keys: str | None = None
    types: tuple[str, ...] | None = None

    @property
    def offered(self) -> tuple[Format, ...]:
        """What clients may have, the most readable first."""
        plain = (Format.JSON, Format.MSGPACK)
        return plain if self.client_keys is None else (*plain, Format.SEALED)

    @property
    def sent(self) -> Format:
        """The format of what the origin gets."""
        return self.origin if self.requests is None else self.requests


@dataclass(frozen=True, slots=True)
class Rendition:
    """A response's content in another format than the origin's. `mark` ends the entity-tags of what is made so.

    It depends on all that the bytes depend on besides the origin's: the format, and how objects are written in it.
    Envelopes say when they were sealed, so two of the same content differ, and their tags are weak.
    """

    form: Format
    mark: str

    def renamed(self, tag: str) -> str:
        """The entity-tag of the rendition, by the one that the origin gave."""
        weak = "W/" if tag.startswith("W/") or self.form is Format.SEALED else ""
        return f'{weak}"{tag.removeprefix("W/").strip('"')}~{self.mark}"'

    def original(self, tag: str) -> str | None:
        """The entity-tag that the origin gave, by the one of the rendition; None when it is of no such rendition."""
        end = f'~{self.mark}"'
        if not tag.endswith(end):
            return None
        weak = "W/" if self.form is Format.SEALED else ""  # which may stand for a strong one of the origin's
        return tag.removeprefix(weak).removesuffix(end) + '"'

    def described(self, fields: Fields) -> Fields:
        """A response's fields, for the rendition."""
        return self.validated(fields).with_line("content-type", self.form.media_type)

    def validated(self, fields: Fields) -> Fields:
        """The fields of a response without content, which tells of the rendition by its entity-tag alone."""
        lines = [line for line in fields.lines if line[0] not in _OF_THE_CONTENT]
        tags = fields.all("etag")
        if tags:
            lines.append(("etag", self.renamed(tags[0].strip(" \t"))))
        return Fields.lowered(lines)


def reading_conditions(fields: Fields, rendition: Rendition) -> Fields:
    """A request's fields, its entity-tags those that the origin gave. What names no such rendition matches none."""
    return _conditions(fields, rendition.original)


def writing_conditions(fields: Fields, renditions: Collection[Rendition]) -> Fields:
    """The same for a request that is to change something: whichever format showed the client what it changes.

    What no rendition is named by may be the origin's own, which clients of its format get.
    """
    return _conditions(fields, lambda tag: next(filter(None, (one.original(tag) for one in renditions)), tag))


def _conditions(fields: Fields, original: Callable[[str], str | None]) -> Fields:
    lines = [line for line in fields.lines if line[0] not in _CONDITIONS]
    for name in _CONDITIONS:
        values = fields.all(name)
        if values:
            tags = [tag for value in values for tag in split_list(value)]
            found = ["*"] if "*" in tags else [known for tag in tags if (known := original(tag)) is not None]
            lines.append((name, ", ".join(found) or _NEVER))
    return Fields.lowered(lines)


def varying(fields: Fields) -> Fields:
    """Response fields that say that Accept selected (RFC 9110 section 12.5.5)."""
    named = {name.strip(" \t").lower() for value in fields.all("vary") for name in value.split(",")}
    return fields if named & {"accept", "*"} else fields.with_line("vary", "Accept")
