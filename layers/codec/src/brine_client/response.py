"""A response of the gateway, and the error that it stands for."""

from __future__ import annotations

from brine_client.errors import (
    AlreadySent,
    AnswerInvalid,
    ContentRefused,
    ContentTooLarge,
    NotFound,
    NotPermitted,
    ReceiptExpired,
    Refused,
    Unavailable,
)

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from typing import Any


class ClientResponse:
    """A complete response. Field names are in lower case.

    is_resent: whether the request was sent before, over a connection that was lost.
    """

    __slots__ = ("body", "fields", "is_resent", "status")

    def __init__(self, status: int, fields: dict[str, str], body: bytes) -> None:
        self.status = status
        self.fields = fields
        self.body = body
        self.is_resent = False

    @property
    def media_type(self) -> str:
        """The media type in lower case, without parameters; empty if the response has none."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    def document(self) -> Any:
        """Return the body read as JSON, or None if it is not JSON."""
        try:
            return self.json()
        except AnswerInvalid:
            return None

    def json(self) -> Any:
        """Return the body read as JSON. Raises AnswerInvalid if it is not JSON."""
        from json import loads  # noqa: PLC0415 - takes 8 ms, which importing the client should not

        try:
            return loads(self.body)
        except (ValueError, RecursionError) as error:
            raise AnswerInvalid(f"a response declares JSON but is not JSON: {type(error).__name__}") from None

    def text(self) -> str:
        """Return the body as text. Raises AnswerInvalid if it is not UTF-8."""
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            raise AnswerInvalid("a response of a text type is not UTF-8") from None


_BY_STATUS: dict[int, type[Refused]] = {
    400: ContentRefused,
    401: NotPermitted,
    403: NotPermitted,
    404: NotFound,
    406: ContentRefused,
    409: AlreadySent,
    410: ReceiptExpired,
    413: ContentTooLarge,
    415: ContentRefused,
    422: ContentRefused,
    429: Unavailable,
}


def refusal(response: ClientResponse) -> Refused:
    """Return the error for a response with a status of 400 or more, with its problem details (RFC 9457) if any."""
    cls = _BY_STATUS.get(response.status, Unavailable if response.status >= 500 else Refused)
    if response.status == 409 and "retry-after" in response.fields:
        cls = Unavailable
    members = response.document() if response.media_type in ("application/problem+json", "application/json") else None
    if not isinstance(members, dict):
        return cls(response.status)
    texts = {name: value for name, value in members.items() if isinstance(value, str)}
    problem = texts.get("type", "").rpartition(":")[2]
    return cls(response.status, problem, texts.get("detail") or texts.get("message", ""), texts.get("title", ""))
