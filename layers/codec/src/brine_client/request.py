"""A request of the client before it is signed."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Mapping


_URL = re.compile(r"(https?)://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)(/[!-~]*)?")


class ClientRequest:
    """A request to an absolute http or https URL with a percent-encoded path and query.

    may_repeat: whether sending the request twice has the same effect as sending it once.
    extra_timeout: seconds that the response may take beyond the usual timeout.
    """

    __slots__ = ("body", "extra_timeout", "fields", "host", "may_repeat", "method", "origin", "target", "url")

    def __init__(
        self,
        method: str,
        url: str,
        *,
        fields: Mapping[str, str] | None = None,
        body: bytes | None = None,
        may_repeat: bool = True,
        extra_timeout: float = 0.0,
    ) -> None:
        parts = _URL.fullmatch(url)
        if parts is None:  # the message does not show the URL: it may contain a signature
            raise ValueError("not an http or https URL, percent-encoded and without a user")
        scheme, host, target = parts.groups()
        self.method = method
        self.url = url
        self.host = host
        self.origin = (scheme, host)
        self.target = target or "/"
        self.fields = dict(fields or {})
        self.body = body
        self.may_repeat = may_repeat
        self.extra_timeout = extra_timeout

    def with_fields(self, fields: Mapping[str, str]) -> ClientRequest:
        """Return the same request with other fields."""
        return ClientRequest(
            self.method,
            self.url,
            fields=fields,
            body=self.body,
            may_repeat=self.may_repeat,
            extra_timeout=self.extra_timeout,
        )
