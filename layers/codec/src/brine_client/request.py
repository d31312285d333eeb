"""One request of the client, before it is signed."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Mapping


class Request:
    """A request to an absolute http or https URL, its path and query percent-encoded.

    `may_repeat`: whether doing it twice is doing it once. `patience`: seconds more than usual that the answer may take.
    """

    __slots__ = ("body", "fields", "host", "may_repeat", "method", "patience", "place", "target", "url")

    def __init__(
        self,
        method: str,
        url: str,
        *,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        may_repeat: bool = True,
        patience: float = 0.0,
    ) -> None:
        scheme, _, rest = url.partition("://")
        host, slash, target = rest.partition("/")
        if scheme not in ("http", "https") or not host:
            raise ValueError(f"not an http or https URL: {url!r}")
        self.method = method
        self.url = url
        self.host = host
        self.place = (scheme, host)
        self.target = slash + target or "/"
        self.fields = dict(fields or {})
        self.body = body
        self.may_repeat = may_repeat
        self.patience = patience

    def with_fields(self, fields: Mapping[str, str]) -> Request:
        """The same request with other fields."""
        return Request(
            self.method, self.url, fields=fields, body=self.body, may_repeat=self.may_repeat, patience=self.patience
        )
