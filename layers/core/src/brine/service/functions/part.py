"""A part: the response that a function got from one of its fetches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from brine.domain.http.cache_control import parse_response_directives
from brine.errors import PartFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.domain.http.fields import Fields
    from brine.domain.http.messages import Response

NO_FALLBACK: Final = object()
"""The fallback of a part that is required."""


@dataclass(frozen=True, slots=True)
class Part:
    """The response of a route that a function fetched. An optional part that failed has only its fallback.

    `route`: the name of the route. `result`: how the response came about, as in `brine tail`: "hit", "stale", "miss".
    """

    route: str
    result: str
    _response: Response | None = field(repr=False)
    _decode: Callable[[Response], Any] = field(repr=False, compare=False)
    _fallback: object = field(default=NO_FALLBACK, repr=False)

    @property
    def is_fallback(self) -> bool:
        """Whether the part failed, and stands for the fallback that the function gave."""
        return self._response is None

    @property
    def status(self) -> int:
        """The status of the response; 0 for a fallback."""
        return 0 if self._response is None else self._response.status

    @property
    def ok(self) -> bool:
        """Whether the response is a success: its status is from 200 to 299."""
        return 200 <= self.status < 300

    @property
    def fields(self) -> Fields | None:
        """The header fields of the response; None for a fallback.

        A function for GET sees only fields that are for all clients: no Set-Cookie, and no field that `private` or
        `no-cache` names in Cache-Control.
        """
        return None if self._response is None else self._response.fields

    @property
    def content(self) -> bytes:
        """The body as the origin sent it. Raises PartFailed for a fallback."""
        if self._response is None:
            raise PartFailed(self.route, "it failed, and a fallback has no bytes")
        return self._response.body

    def json(self) -> Any:
        """Return the decoded content: JSON, or the object that the route's format stands for.

        An optional part has its fallback if the status is not a success, or the content cannot be decoded. A required
        one raises PartFailed.
        """
        is_optional = self._fallback is not NO_FALLBACK
        if self._response is None:
            return self._fallback
        if not self.ok:
            if is_optional:
                return self._fallback
            raise PartFailed(self.route, f"it answered {self.status}", status=self.status)
        try:
            return self._decode(self._response)
        except PartFailed:
            if is_optional:
                return self._fallback
            raise

    def object(self) -> Any:
        """Return the Python object that the route's sealed pickle, MessagePack or JSON stands for.

        As `json`, of which it is another name: for a route whose origin gives objects.
        """
        return self.json()


def shareable_fields(fields: Fields) -> Fields:
    """Return the fields of a response that may be part of a stored whole (RFC 9111 sections 5.2.2.4 and 5.2.2.7)."""
    return fields.without(parse_response_directives(fields).limited_to | {"set-cookie"})
