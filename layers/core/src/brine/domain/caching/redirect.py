"""Stored bodies that no answer can carry: clients are sent to where they lie, by a link that soon ends."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from brine.domain.caching.respond import needs_body
from brine.domain.caching.stored import BodyReference
from brine.domain.http.fields import Fields
from brine.domain.http.hop_by_hop import VIA
from brine.domain.http.messages import Response
from brine.domain.http.passive_content import as_attachment, passive_type

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request

LINK_SECONDS = 60
"""Seconds that a link is good for: whoever has it can read the body, so it is no longer than following it takes."""

# What the body store can be told to send along as it is, next to what makes the body harmless there; the rest of the
# representation's fields cannot be had there.
_TOLD = "content-encoding", "content-language"


def is_redirected(stored: StoredResponse, request: Request, room: float) -> bool:
    """Whether a request is sent to the stored body, since an answer has no more than `room` bytes for one.

    So is one for a range, which the client repeats there: the body need not be read for each part of it. HEAD is not:
    the link is for GET, and a head fits.
    """
    return stored.size > room and stored.status == 200 and request.method == "GET" and needs_body(stored, request)


def reference_to(stored: StoredResponse) -> BodyReference:
    """Where the body of a redirected response lies, though it may be at hand too."""
    body = stored.body
    return body if isinstance(body, BodyReference) else BodyReference(sha256(body).digest(), len(body))


def link_fields(stored: StoredResponse) -> Fields:
    """The fields that the body is to come with where it lies: without its coding, it would be another.

    It lies on the domain of the store. So it is a file to be saved, and of no type that a browser would run there.
    """
    fields = stored.fields
    told = [(name, value) for name in _TOLD if (value := fields.get(name))]
    told.append(("content-disposition", as_attachment(fields.get("content-disposition"))))
    told.append(("content-type", passive_type(fields.get("content-type"))))
    return Fields.lowered(told)


def redirection(url: str, stored: StoredResponse) -> Response:
    """The answer that leads there. The method stays (RFC 9110 section 15.4.8), and nobody keeps it.

    It tells browsers which scripts may read the stored response: they ask that of each answer on the way (CORS).
    """
    readers = (line for line in stored.fields.lines if line[0].startswith("access-control-"))
    fields = [("location", url), ("cache-control", "no-store"), *readers, VIA]
    return Response(status=307, fields=Fields.lowered(fields))
