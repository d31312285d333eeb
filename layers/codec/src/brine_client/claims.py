"""Large envelopes, which go past the gateway: it says where they go, and the message only says what lies there."""

from __future__ import annotations

from brine_client.errors import AnswerInvalid
from brine_client.request import Request

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from brine_client.connection import Answer

# ruff: noqa: PLC0415 - json and hashlib take a few ms that importing the client does not have to wait for


def upload(sealed: bytes, order: Callable[[bytes], Answer], store: Callable[[Request], Answer]) -> bytes:
    """Bring an envelope to where the gateway wants it; the body that claims it. Raises ClientError."""
    from hashlib import sha256
    from json import dumps

    asked = {"size": len(sealed), "sha256": sha256(sealed).hexdigest()}
    place = order(dumps(asked).encode()).document()
    try:
        claim, url, fields = str(place["claim"]), str(place["url"]), dict(place["headers"])
    except (KeyError, TypeError, ValueError) as error:
        raise AnswerInvalid("an answer to an upload does not say where to") from error
    store(Request("PUT", url, fields=fields, body=sealed))
    return dumps({"claim": claim}).encode()


def fetch_claim(claim: Mapping[str, Any], store: Callable[[Request], Answer]) -> bytes:
    """The envelope that a message claims. Raises ClientError; what was altered does not open."""
    try:
        url, size = claim["url"], claim["size"]
    except (KeyError, TypeError) as error:
        raise AnswerInvalid("a claim does not say where its envelope is") from error
    body = store(Request("GET", url)).body
    if len(body) != size:
        raise AnswerInvalid(f"a claimed envelope has {len(body)} bytes instead of {size}")
    return body
