"""Signs requests to origins that are services of AWS: execute-api, Lambda function URLs, S3.

AWS makes the canonical request from the decoded path and query, so both are brought into AWS's own encoding first. For
S3 the path is encoded once. For the other services it loses empty segments, and each segment is encoded twice.
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from brine.adapters.http1.errors import ExchangeError
from brine.domain.http.fields import Fields
from brine.errors import StoreUnavailable

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.credentials.description import AwsSignature
    from brine.domain.http.messages import Request
    from brine.domain.routing.origin import OriginAddress

_EMPTY_SEGMENTS = re.compile("//+")


@dataclass(frozen=True, slots=True)
class AwsOriginSigner:
    """The RequestSigner port on AWS, with the credentials of the transport: on Lambda, those of the function's role.

    It signs Host and the fields that it adds. The client's fields are forwarded unsigned.
    """

    aws: Aws

    def signed(self, request: Request, origin: OriginAddress, signature: AwsSignature, now: float) -> Request:
        """Return the request with Authorization and the fields that belong to it. Raises StoreUnavailable."""
        try:
            signer = self.aws.transport.signer(signature.service, signature.region)
        except ExchangeError as error:
            raise StoreUnavailable("no AWS credentials", type(error).__name__) from error
        query = None if request.query is None else _encoded_query(request.query)
        digest = sha256(request.body).hexdigest()
        own = {"host": origin.authority}
        if signature.service == "s3":
            own["x-amz-content-sha256"] = digest
        added = signer.sign(
            method=request.method,
            path=_canonical_path(request.path, signature.service),
            query=query or "",
            headers=own,
            payload_hash=digest,
            now=now,
        )
        del added["host"]  # the adapter that sends the request writes it
        fields = Fields.from_lowercase((*request.fields.without(added).lines, *added.items()))
        return replace(request, query=query, fields=fields)


def _canonical_path(path: str, service: str) -> str:
    if service == "s3":
        return quote(unquote_to_bytes(path), safe="/~")
    return quote(_EMPTY_SEGMENTS.sub("/", path), safe="/~")


def _encoded_query(query: str) -> str:
    """Return the query with each name and value in AWS's encoding, in the same order. A "+" is a blank there."""
    pairs = (part.partition("=")[::2] for part in query.split("&") if part)
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)


def _encoded(part: str) -> str:
    return quote(unquote_to_bytes(part.replace("+", " ")), safe="~")
