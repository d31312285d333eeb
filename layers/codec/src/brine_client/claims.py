"""Claim checks: a large envelope goes to a store, and the message has only a pointer to it.

The gateway says where the client may store the envelope.
"""

from __future__ import annotations

from brine_client.errors import AnswerInvalid, Refused
from brine_client.request import ClientRequest

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from brine_client.response import ClientResponse

# ruff: noqa: PLC0415 - json takes a few ms, which importing the client should not


_ALREADY_STORED = (409, 412)
"""Statuses of the store if an earlier attempt, whose response was lost, has stored the envelope or is about to. No
other content can be there, and the gateway checks that it is there."""


def upload(
    sealed: bytes,
    digest: bytes,
    request_upload: Callable[[bytes], ClientResponse],
    store: Callable[[ClientRequest], ClientResponse],
) -> bytes:
    """Store an envelope where the gateway says, and return the body of the message that claims it.

    digest: the SHA-256 of the envelope.

    Raises ClientError.
    """
    from json import dumps

    asked = {"size": len(sealed), "sha256": digest.hex()}
    place = request_upload(dumps(asked).encode()).document()
    try:
        claimed = dumps({"claim": str(place["claim"])}).encode()
        fields = {str(name): str(value) for name, value in place["headers"].items()}
        request = ClientRequest("PUT", str(place["url"]), fields=fields, body=sealed)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnswerInvalid("a response to an upload does not say where to") from error
    try:
        store(request)
    except ValueError as error:  # a field that cannot be sent
        raise AnswerInvalid("a response to an upload does not say where to") from error
    except Refused as refused:
        if refused.status not in _ALREADY_STORED:
            raise
    return claimed


def fetch_claim(claim: Mapping[str, Any], store: Callable[[ClientRequest], ClientResponse]) -> bytes:
    """Return the envelope that a message claims.

    Raises ClientError. An altered envelope fails later, when it is opened.
    """
    try:
        request, size = ClientRequest("GET", claim["url"]), claim["size"]
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerInvalid("a claim does not say where its envelope is") from error
    body = store(request).body
    if len(body) != size:
        raise AnswerInvalid(f"a claimed envelope has {len(body)} bytes instead of {size}")
    return body
