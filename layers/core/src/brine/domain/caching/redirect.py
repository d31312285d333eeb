"""Redirects to stored bodies that are too large for an answer, by a link that soon expires."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from brine.domain.bodies.stored_body import BodyReference, PartialBody
from brine.domain.caching.respond import needs_body
from brine.domain.http.fields import Fields
from brine.domain.http.hop_by_hop import VIA
from brine.domain.http.messages import Response
from brine.domain.http.safe_download import attachment_disposition, safe_content_type

if TYPE_CHECKING:
    from brine.domain.caching.stored import StoredResponse
    from brine.domain.http.messages import Request

LINK_LIFETIME = 60
"""Seconds for which a link is valid.

Anyone with the link can read the body, so this is no longer than a client needs to follow it.
"""

# The fields that the body store can send unchanged, besides those that make the body harmless. It cannot send the
# representation's other fields.
_SENT_UNCHANGED = "content-encoding", "content-language"


def is_redirected(stored: StoredResponse, request: Request, room: float) -> bool:
    """Return whether to redirect the request to the stored body, which has more than `room` bytes.

    Range requests are redirected too, and the client repeats the range there: the gateway need not read the body for
    each range. HEAD is not redirected: the link is for GET, and an answer without a body fits. A link gives one object,
    so a body in parts has none.
    """
    return (
        stored.size > room
        and stored.status == 200
        and request.is_get
        and not isinstance(stored.body, PartialBody)
        and needs_body(stored, request)
    )


def body_reference(stored: StoredResponse) -> BodyReference:
    """Return the reference to the body of a redirected response, even if the body is loaded."""
    if isinstance(stored.body, BodyReference):
        return stored.body
    body = stored.response.body
    return BodyReference(sha256(body).digest(), len(body))


def download_fields(stored: StoredResponse) -> Fields:
    """Return the fields that the body store must send with the body.

    Without its Content-Encoding, it would be another representation. The body comes from the store's domain, so it is
    an attachment, and has no type that a browser would run there.
    """
    fields = stored.fields
    told = [(name, value) for name in _SENT_UNCHANGED if (value := fields.get(name))]
    told.append(("content-disposition", attachment_disposition(fields.get("content-disposition"))))
    told.append(("content-type", safe_content_type(fields.get("content-type"))))
    return Fields.from_lowercase(told)


def redirection(url: str, stored: StoredResponse) -> Response:
    """Return the redirect to the link.

    It keeps the method (RFC 9110 section 15.4.8), except for a query by content: the link is for GET, so the client
    gets 303 (RFC 10008 section 2.5). It must not be stored. It has the CORS fields of the stored response, because
    browsers check them on each response along the way.
    """
    status = 307 if stored.method == "GET" else 303
    readers = (line for line in stored.fields.lines if line[0].startswith("access-control-"))
    fields = [("location", url), ("cache-control", "no-store"), *readers, VIA]
    return Response(status=status, fields=Fields.from_lowercase(fields))
