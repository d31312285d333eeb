"""The changes that let the responses of a route be stored, by the reason why they are not.

docs/troubleshoot-a-miss.md explains each reason. Only reasons with a remedy are here.
"""

from __future__ import annotations

from typing import Final

SEND_PUBLIC: Final = "let the origin send Cache-Control: public if all users may get the response"

REMEDIES: Final = {
    "authorization": f"the requests have Authorization, so a response may be for one user only; {SEND_PUBLIC}",
    "length": "Content-Length is not the number of bytes that came. Correct the origin",
    "must-understand": "the origin says must-understand with a status that the gateway does not know. Use a registered "
    "status, or leave the directive out",
    "no-freshness": "neither the origin nor the route says how long such a response is fresh. Let the origin send "
    'Cache-Control: max-age=60 and an ETag, or set freshness_lifetime = "60s" in the route',
    "no-store": f"the origin forbids it with no-store; {SEND_PUBLIC}",
    "other-etag": "the origin confirms a stored response with another ETag. Send the same ETag with 304 and with 200",
    "partial": "the origin sends parts (206) that cannot be combined. Let it send a strong ETag and a right "
    "Content-Range",
    "private": f"the origin says that a response is for one user only; {SEND_PUBLIC}",
    "query-not-json": "the content of the POST is no JSON. Send Content-Type: application/json",
    "query-size": "the content of the query is too large for a key. Raise max_bytes of query_body in the route",
    "request-no-store": "the requests say no-store. Set request_directives = false in the route, so that clients "
    "cannot force a request to the origin",
    "set-cookie": 'the responses set a cookie, which other users must not get. Set set_cookie = "strip" in the '
    f"route, or {SEND_PUBLIC}",
    "slow-origin": "the origin takes longer than the lifetime that it gives. Let it send a longer max-age, or "
    'set grace = "1m" in the route',
    "tags": "the tags of the responses are too many or too long. Send at most 128, each of at most 1,000 bytes",
    "vary": "the origin says Vary: *. Let it name the headers that change the response",
}
"""Why the responses of a route are not stored, and the remedy: sentences without the last full stop."""

ERROR_REMEDY: Final = (
    'nothing says how long such errors may be kept. Set negative_lifetimes = { 404 = "10s" } in the route'
)
"""The remedy of `no-freshness` for an error."""
