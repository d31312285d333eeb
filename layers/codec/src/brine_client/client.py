"""The client of one gateway."""

from __future__ import annotations

import time

from brine_client.claims import fetch_claim, upload
from brine_client.credentials import BotocoreSigner
from brine_client.errors import AnswerInvalid, NotFound, ReceiptExpired
from brine_client.message import Message, SealedMessage
from brine_client.request import ClientRequest
from brine_client.response import refusal
from brine_client.retries import Retries
from brine_client.transport import Transport
from brine_codec import Codec, Registry
from brine_codec.envelope.http_target import canonical_target
from brine_codec.limits import DEFAULT_LIMITS

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Self

    from brine_client.credentials import Credentials
    from brine_client.response import ClientResponse
    from brine_codec import Keyring, KeyringSource, Limits

SEALED = "application/vnd.brine.sealed"
EXCHANGE_PURPOSE = "brine exchange"
RESPONSE_PURPOSE = "brine client"
ACCEPT = f"{SEALED}, application/json;q=0.9, */*;q=0.5"
REQUEST_LIFETIME = 300.0
"""Seconds until the sealed envelope of a request expires."""
LARGEST_INLINE = 4_000_000
"""Bytes of the largest envelope that is sent through the gateway itself. Lambda takes 6 MB, as base64."""
DAY = 86_400.0


class Client:
    """Sends objects to channels, receives them from channels, and gets them from routes of a gateway.

    url: of the API of the gateway.
    keyring: of the channel or the route.
    registry: the classes that may be sent and received.
    principal: your name at the gateway, `user/NAME` or `role/NAME`. By default the client asks AWS once.
    credentials: for signing. By default those of the environment.
    region: of the gateway, if its URL does not contain it.
    timeout: seconds for each wait for the network.

    Threads may share a client.
    """

    def __init__(
        self,
        url: str,
        *,
        keyring: Keyring | KeyringSource,
        registry: Registry | None = None,
        principal: str | None = None,
        credentials: Credentials | None = None,
        region: str | None = None,
        timeout: float = 30.0,
        retries: Retries | None = None,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], bytes] | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._registry = Registry() if registry is None else registry
        self._message_codec = Codec(keyring, purpose=EXCHANGE_PURPOSE, registry=self._registry, limits=limits)
        self._response_codec = Codec(keyring, purpose=RESPONSE_PURPOSE, registry=self._registry, limits=limits)
        self._principal = principal
        self._signer = BotocoreSigner(self._url, credentials, region)
        self._signs_gets = False
        self._transport = Transport(
            self._signer, Retries() if retries is None else retries, timeout, is_secure=url.startswith("https:")
        )
        self._clock = clock
        self._nonce = nonce or _nonce

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. A closed client may be used again, and opens new ones."""
        self._transport.close()

    @property
    def principal(self) -> str:
        """The name of this client at the gateway. Raises ClientError."""
        if self._principal is None:
            self._principal = self._signer.principal()
        return self._principal

    def send(self, channel: str, obj: object, *, expires_in: float = DAY) -> str:
        """Send an object to a channel and return the id of its message.

        When this returns, the channel has the message. It may be received for `expires_in` seconds. If this raises
        Unreachable or Unavailable, the channel may have the message too. To repeat it safely, use `seal` and then
        `send_sealed`, which keeps the id. Raises ClientError, and brine_codec.Unsupported or TooLarge if the object
        cannot be sealed.
        """
        return self.send_sealed(self.seal(channel, obj, expires_in=expires_in))

    def seal(self, channel: str, obj: object, *, expires_in: float = DAY) -> SealedMessage:
        """Return the message for an object without sending it.

        Raises brine_codec.Unsupported or TooLarge if the object cannot be sealed.
        """
        now = self._clock()
        context = ("message", channel, self.principal)
        # without the nonce, a second message of an equal object would be taken as a copy of the first
        sealed = self._message_codec.seal((self._nonce(), obj), context=context, now=now, expires_at=now + expires_in)
        return SealedMessage(channel, sealed)

    def send_sealed(self, message: SealedMessage) -> str:
        """Send a message to its channel and return its id. The channel takes a message once, even if it is sent again.

        Raises ClientError.
        """
        path = f"/exchange/{_quoted(message.channel)}"
        fields = {"content-type": SEALED, "accept": "application/json"}
        body = message.sealed
        if len(body) > LARGEST_INLINE:
            request_upload = lambda asked: self._request_upload(f"{path}/uploads", asked)  # noqa: E731 - fits on one line
            body = upload(body, message.digest, request_upload, self._transport.stored)
            fields["content-type"] = "application/vnd.brine.claim+json"
        response, _ = self._transport.signed(ClientRequest("POST", self._url + path, fields=fields, body=body))
        self._check(response, 202)
        members = response.document()
        if not isinstance(members, dict) or members.get("id") != message.id:
            raise AnswerInvalid("a response to a message does not give the message's id")
        return message.id

    def receive(
        self,
        channel: str,
        *,
        wait: int = 20,
        most: int = 10,
        visibility: int | None = None,
        forever: bool = False,
    ) -> Iterator[Message]:
        """Yield the messages of a channel until none has come for `wait` seconds, or without an end if `forever`.

        The client asks for up to `most` (1 to 10) messages at a time. Each message is reserved for this client for
        `visibility` seconds, from the time of that request. Raises ClientError, and brine_codec.CodecError if a
        response does not open.
        """
        if forever and wait < 1:
            raise ValueError("forever=True needs wait >= 1: else the client would ask without a pause")
        query = f"max={most}" + ("" if visibility is None else f"&visibility={visibility}") + f"&wait={wait}"
        url = f"{self._url}/exchange/{_quoted(channel)}?{query}"
        while True:
            request = ClientRequest("GET", url, fields={"accept": SEALED}, extra_timeout=wait)
            response, _ = self._transport.signed(request)
            if response.status == 204:
                if not forever:
                    return
                continue
            self._check(response, 200)
            yield from self._messages(channel, response)

    def get(self, path: str) -> Any:
        """Return the content of a path: an object if its route seals responses, else data of JSON, text, or bytes.

        path: begins with "/", is percent-encoded and may have a query.

        The request is signed as soon as the gateway has asked for a signature once. Raises ClientError, and
        brine_codec.CodecError if a sealed response does not open.
        """
        request = ClientRequest("GET", self._at(path), fields={"accept": ACCEPT})
        response = self._transport.signed(request)[0] if self._signs_gets else self._transport.unsigned(request)
        if response.status in (401, 403) and not self._signs_gets and response.media_type == "application/json":
            self._signs_gets = True
            response, _ = self._transport.signed(request)
        return self._content(response, path)

    def post(self, path: str, obj: object, *, method: str = "POST") -> Any:
        """Send an object to a path and return the content of the response, as `get` does.

        method: POST, or another such as PUT.

        The object is sealed for this path and method. The route must convert sealed objects and require signed
        requests. An envelope can be used only once. So if no complete response came, the client does not retry and
        raises Unreachable: the gateway may have handled the request or not. Raises brine_codec.Unsupported and
        TooLarge.
        """
        url, now = self._at(path), self._clock()
        context = ("request", method, canonical_target(path), self.principal)
        sealed = self._response_codec.seal(
            (self._nonce(), obj), context=context, now=now, expires_at=now + REQUEST_LIFETIME
        )
        fields = {"accept": ACCEPT, "content-type": SEALED}
        request = ClientRequest(method, url, fields=fields, body=sealed, may_repeat=False)
        return self._content(self._transport.signed_once(request), path)

    def _at(self, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError('a path begins with "/"')  # otherwise it would continue the host name
        return self._url + path

    def _content(self, response: ClientResponse, path: str) -> Any:
        if response.status >= 300:
            raise refusal(response)
        if response.media_type == SEALED:
            return self._response_codec.open(
                response.body, context=("response", canonical_target(path)), now=self._clock()
            )
        if response.media_type == "application/json" or response.media_type.endswith("+json"):
            return response.json()
        return response.text() if response.media_type.startswith("text/") else response.body

    def _messages(self, channel: str, response: ClientResponse) -> Iterator[Message]:
        if response.media_type != SEALED:
            raise AnswerInvalid(f"messages came as {response.media_type or 'something without a media type'}")
        context = ("delivery", channel, self.principal)
        delivered = self._message_codec.open(response.body, context=context, now=self._clock())
        try:
            messages = [
                Message(channel, members, open_=self._open, acknowledge=self._acknowledge, extend=self._extend)
                for members in delivered["messages"]
            ]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnswerInvalid("a response with messages lacks a member of a message") from error
        yield from messages

    def _open(self, message: Message) -> object:
        sealed = message.sealed if message.claim is None else fetch_claim(message.claim, self._transport.stored)
        if sealed is None:
            raise AnswerInvalid("a message came with neither content nor claim")
        context = ("message", message.channel, message.sender)
        opened = self._message_codec.open(sealed, context=context, now=self._clock())
        if type(opened) is not tuple or len(opened) != 2:
            raise AnswerInvalid("the sealed content is not a message: a message is a nonce and its content")
        return opened[1]

    def _acknowledge(self, message: Message) -> None:
        url = f"{self._url}/exchange/{_quoted(message.channel)}/{_quoted(message.receipt)}"
        response, is_first = self._transport.signed(ClientRequest("DELETE", url))
        try:
            self._check(response, 204)
        except (NotFound, ReceiptExpired):
            if is_first:  # otherwise an earlier attempt, whose response was lost, has done it
                raise

    def _extend(self, message: Message, visibility: int) -> str:
        url = f"{self._url}/exchange/{_quoted(message.channel)}/{_quoted(message.receipt)}/extend"
        body = b'{"visibility": %d}' % visibility
        response, _ = self._transport.signed(
            ClientRequest("POST", url, fields={"content-type": "application/json"}, body=body)
        )
        self._check(response, 200)
        members = response.document()
        if not isinstance(members, dict) or not isinstance(members.get("receipt"), str):
            raise AnswerInvalid("a response that extends a receipt has no receipt")
        return str(members["receipt"])

    def _request_upload(self, path: str, body: bytes) -> ClientResponse:
        fields = {"content-type": "application/json"}
        response, _ = self._transport.signed(ClientRequest("POST", self._url + path, fields=fields, body=body))
        self._check(response, 201)
        return response

    def _check(self, response: ClientResponse, wanted: int) -> None:
        if response.status >= 400:
            raise refusal(response)
        if response.status != wanted:
            raise AnswerInvalid(f"{response.status} came where {wanted} would be right: is {self._url} a gateway?")


def _quoted(text: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - takes 6 ms, which importing the client should not

    return quote(text, safe="")


def _nonce() -> bytes:
    from os import urandom  # noqa: PLC0415 - at the call, so that tests can replace it

    return urandom(16)
