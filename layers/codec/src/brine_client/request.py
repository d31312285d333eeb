"""One request of the client, before it is signed."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Mapping


_URL = re.compile(r"(https?)://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)(/[!-~]*)?")


class ClientRequest:
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
        parts = _URL.fullmatch(url)
        if parts is None:  # it is not shown: there may be a signature in it
            raise ValueError("not an http or https URL, percent-encoded and without a user")
        scheme, host, target = parts.groups()
        self.method = method
        self.url = url
        self.host = host
        self.place = (scheme, host)
        self.target = target or "/"
        self.fields = dict(fields or {})
        self.body = body
        self.may_repeat = may_repeat
        self.patience = patience

    def with_fields(self, fields: Mapping[str, str]) -> ClientRequest:
        """The same request with other fields."""
        return ClientRequest(
            self.method, self.url, fields=fields, body=self.body, may_repeat=self.may_repeat, patience=self.patience
        )
