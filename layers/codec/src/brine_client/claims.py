"""Large envelopes, which go past the gateway: it says where they go, and the message only says what lies there."""

from __future__ import annotations

from brine_client.errors import AnswerInvalid, Refused
from brine_client.request import ClientRequest

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from brine_client.connection import ClientResponse

# ruff: noqa: PLC0415 - json takes a few ms that importing the client does not have to wait for


_ALREADY_STORED = (409, 412)
"""What the store says when an attempt before, whose answer was lost, has stored it, or is about to: nothing else can
lie there. Whether it does, the gateway says."""


def upload(
    sealed: bytes,
    digest: bytes,
    request_upload: Callable[[bytes], ClientResponse],
    store: Callable[[ClientRequest], ClientResponse],
) -> bytes:
    """Bring an envelope to where the gateway wants it; the body that claims it. `digest`: its SHA-256.

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
        raise AnswerInvalid("an answer to an upload does not say where to") from error
    try:
        store(request)
    except ValueError as error:  # of a field that cannot be sent
        raise AnswerInvalid("an answer to an upload does not say where to") from error
    except Refused as refused:
        if refused.status not in _ALREADY_STORED:
            raise
    return claimed


def fetch_claim(claim: Mapping[str, Any], store: Callable[[ClientRequest], ClientResponse]) -> bytes:
    """The envelope that a message claims. Raises ClientError; what was altered does not open."""
    try:
        request, size = ClientRequest("GET", claim["url"]), claim["size"]
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerInvalid("a claim does not say where its envelope is") from error
    body = store(request).body
    if len(body) != size:
        raise AnswerInvalid(f"a claimed envelope has {len(body)} bytes instead of {size}")
    return body
