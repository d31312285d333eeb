"""Routes whose origin speaks one format while clients pick theirs: what they settle, and the names of what we made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.domain.field_syntax import split_list
from brine.domain.fields import Fields
from brine.domain.formats.media import Format

if TYPE_CHECKING:
    from collections.abc import Iterable

ORIGIN_PURPOSE: Final = "brine origin"
"""What envelopes between the gateway and an origin are for; the key is the origin's own."""
CLIENT_PURPOSE: Final = "brine client"
"""What envelopes between the gateway and a client are for."""

_CONDITIONS = ("if-match", "if-none-match")
_OF_THE_CONTENT = frozenset(
    {
        *("accept-ranges", "content-digest", "content-encoding", "content-length", "content-md5", "content-range"),
        *("content-type", "digest", "etag", "repr-digest"),
    }
)
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

    def conditions(self, fields: Fields) -> Fields:
        """A request's fields, its entity-tags those that the origin gave. What names no such rendition matches none."""
        lines = [(name, value) for name, value in fields.lines if name not in _CONDITIONS]
        for name in _CONDITIONS:
            values = fields.all(name)
            if values:
                lines.append((name, self._original(values)))
        return Fields.lowered(lines)

    def described(self, fields: Fields) -> Fields:
        """A response's fields, for the rendition."""
        lines = [line for line in fields.lines if line[0] not in _OF_THE_CONTENT]
        tags = fields.all("etag")
        if tags:
            lines.append(("etag", self.renamed(tags[0].strip(" \t"))))
        return Fields.lowered((*lines, ("content-type", self.form.media_type)))

    def _original(self, values: Iterable[str]) -> str:
        end = f'~{self.mark}"'
        tags = [tag.strip(" \t") for value in values for tag in split_list(value)]
        if "*" in tags:
            return "*"
        weak = "W/" if self.form is Format.SEALED else ""  # which may stand for a strong one of the origin's
        found = [tag.removeprefix(weak).removesuffix(end) + '"' for tag in tags if tag.endswith(end)]
        return ", ".join(found) or _NEVER


def varying(fields: Fields) -> Fields:
    """Response fields that say that Accept selected (RFC 9110 section 12.5.5)."""
    named = {name.strip(" \t").lower() for value in fields.all("vary") for name in value.split(",")}
    return fields if named & {"accept", "*"} else fields.with_line("vary", "Accept")
