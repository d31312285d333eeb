"""Sends requests to the admin API of a stack: signed by the user's access to AWS, or with a token.

urllib sends them, since it knows the proxies of this machine.
"""

from __future__ import annotations

import os
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, Final

from brine.adapters.aws.origin_signer import AwsOriginSigner
from brine.domain.credentials.description import AwsSignature
from brine.errors import StoreError
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from http.client import HTTPMessage

    from brine.adapters.aws.service import Aws
    from brine.domain.http.messages import Request
    from brine_cli.deployed.admin_address import AdminAddress

TOKEN: Final = "BRINE_ADMIN_TOKEN"  # noqa: S105 - the name of a variable
"""The variable with a token, for a stack whose admin API takes tokens."""
_CERTIFICATES: Final = "AWS_CA_BUNDLE"
SECONDS: Final = 40.0
"""How long to wait for an answer. API Gateway gives up after 30 s."""
_LIMIT: Final = 10_485_760
"""Bytes of an answer: API Gateway has at most 10 MB."""


@dataclass(frozen=True, slots=True)
class AdminAnswer:
    """An answer of the admin API, or of API Gateway in its place."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class SignedRequests:
    """Sends requests to `address`. token: is sent in the place of a signature, if it is not empty.

    A request that has an Authorization field already is sent as it is.
    """

    address: AdminAddress
    aws: Aws
    token: str = ""

    def send(self, asked: Request) -> AdminAnswer:
        """Return the answer to a request. Raises CommandError if there is none."""
        address, proven = self.address, self._proven(asked)
        request = urllib.request.Request(  # noqa: S310 - http(s), by AdminAddress
            f"{address.reached}{proven.target}",
            proven.body or None,
            {"host": address.origin.authority, "user-agent": "brine", **dict(proven.fields.lines)},
            method=proven.method,
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return AdminAnswer(answer.status, answer.headers.get_content_type(), answer.read(_LIMIT))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return AdminAnswer(refusal.code, refusal.headers.get_content_type(), refusal.read(_LIMIT))
        except OSError as error:
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            reason = getattr(cause, "strerror", None) or cause
            raise CommandError(
                f"the admin API of the stack {address.stack} does not answer at {address.url} ({reason}). Check the "
                "network, and that the stack still exists"
            ) from None

    def _proven(self, asked: Request) -> Request:
        """Return the request with a signature or a token."""
        if "authorization" in asked.fields:
            return asked
        if self.token:
            return replace(asked, fields=asked.fields.replacing("authorization", f"Bearer {self.token}"))
        signature = AwsSignature(service="execute-api")
        try:
            return AwsOriginSigner(self.aws).signed(asked, self.address.origin, signature, time.time())
        except StoreError as error:
            cause = error.__cause__ or error
            raise CommandError(f"the request cannot be signed: {cause}. Log in to AWS, or set AWS_PROFILE") from None

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        bundle = os.environ.get(_CERTIFICATES) or None
        try:
            context = ssl.create_default_context(cafile=bundle)
        except OSError as error:
            raise CommandError(f"{_CERTIFICATES} is {bundle}, which cannot be read: {error.strerror}") from None
        return urllib.request.build_opener(_NoRedirects(), urllib.request.HTTPSHandler(context=context))


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would carry the signature or the token elsewhere."""

    def redirect_request(  # noqa: PLR0917 - as in the base
        self,
        req: urllib.request.Request,  # noqa: ARG002 - as in the base, and so are the next ones
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> Any:
        """Return None: the answer is the redirect itself."""
        return None
