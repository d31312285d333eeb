"""One service of AWS over botocore."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
)
from botocore.hooks import first_non_none_response
from botocore.response import StreamingBody
from urllib3.exceptions import HTTPError

from brine.adapters.aws.moto_mock import active_stubber
from brine.adapters.aws.signing.sigv4 import SigV4Signer
from brine.adapters.botocore.bucket_url import bucket_url
from brine.adapters.http1.connection import RawResponse
from brine.adapters.http1.errors import BadResponse, ConnectFailed, NoResponse, ResponseTooLarge, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.call import ServiceCall
    from brine.adapters.aws.signing.credentials import AwsCredentials
    from brine.adapters.http1.errors import ExchangeError
    from brine.ports.deadline import Deadline

_CHUNK: Final = 65_536
_MOTO: Final = threading.RLock()
"""Lets one thread at a time call moto: its conditional writes are not atomic among threads of one process."""
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
_KINDS: Final[tuple[tuple[type[Exception], type[ExchangeError]], ...]] = (
    (EndpointConnectionError, ConnectFailed),
    (ProxyConnectionError, ConnectFailed),
    (ConnectTimeoutError, TimedOut),
    (ReadTimeoutError, TimedOut),
    (ConnectionClosedError, NoResponse),
)
"""The ExchangeError for each error of botocore. All other errors are BadResponse: AWS may have got the request."""


class BotocoreServiceClient:
    """The ServiceClient over botocore.

    sdk: a client of the SDK for the service. credentials: returns the present credentials. now: seconds since 1970, for
    signatures. read_timeout: seconds for each wait for bytes. bucket: the paths of the calls are keys in this bucket.
    """

    def __init__(
        self,
        sdk: Any,
        credentials: Callable[[], AwsCredentials],
        now: Callable[[], float],
        *,
        read_timeout: float,
        bucket: str = "",
    ) -> None:
        self._sdk = sdk
        self._credentials = credentials
        self._now = now
        self._read_timeout = read_timeout
        self._region: str = sdk.meta.region_name
        model = sdk.meta.service_model
        self._signing_name: str = model.signing_name
        self._event = f"before-send.{model.service_id.hyphenize()}"
        url = bucket_url(sdk, bucket) if bucket else sdk.meta.endpoint_url
        parts = urlsplit(url)
        self._host = parts.netloc
        self._address = f"{parts.scheme}://{parts.netloc}"
        self._folder = parts.path.rstrip("/")

    def exchange(self, call: ServiceCall, deadline: Deadline) -> RawResponse:
        """Sign the request and send it over the HTTP session of the SDK, or to moto while it mocks AWS.

        The deadline bounds neither the connection, which has a limit of its own, nor a refresh of the credentials.
        """
        path = self._folder + call.path
        headers = self._signer().sign(
            method=call.method,
            path=path,
            headers={"host": self._host, **call.headers},
            payload_hash=call.payload_hash,
            now=self._now(),
        )
        request = AWSRequest(call.method, self._address + path, headers, call.body, stream_output=True)
        request.context["read_timeout"] = min(self._read_timeout, _left(deadline))
        try:
            prepared = request.prepare()
            answer = self._intercepted(call.name, prepared)
            if answer is None:
                answer = self._send(prepared)
            body = _body(call, answer, deadline)
        except (BotoCoreError, HTTPError) as error:
            raise self._failure(error) from error
        return RawResponse(
            answer.status_code, tuple((name.lower(), str(value)) for name, value in answer.headers.items()), body
        )

    def presigned(
        self, path: str, query: Mapping[str, str], *, method: str, headers: Mapping[str, str] | None, seconds: int
    ) -> str:
        """Return a URL with a signature in its query, made with the credentials of this moment."""
        path = self._folder + path
        signed = self._signer().presign(
            method=method,
            host=self._host,
            path=path,
            query=query,
            headers=headers,
            seconds=seconds,
            now=self._now(),
        )
        return f"{self._address}{path}?{signed}"

    def _signer(self) -> SigV4Signer:
        return SigV4Signer(self._credentials(), self._region, self._signing_name)

    def _intercepted(self, operation: str, request: Any) -> Any:
        """Return the answer of a handler of the event before-send, such as moto's, or None."""
        event = f"{self._event}.{operation}"
        stubber = active_stubber()
        if stubber is None:
            return first_non_none_response(self._sdk.meta.events.emit(event, request=request))
        with _MOTO:
            answer = first_non_none_response(self._sdk.meta.events.emit(event, request=request))
            # The session may be older than moto, and not know it.
            return stubber(event, request) if answer is None else answer

    def _send(self, request: Any) -> Any:
        """Send the request to AWS, and return the answer."""
        answer = self._sdk._endpoint.http_session.send(request)  # noqa: SLF001 - has all settings of the SDK's client
        given = {name.lower() for name in answer.headers}
        if answer.status_code == 200 and not given & _FRAMING:  # urllib3 takes a truncated head as a complete one
            answer.raw.close()
            raise BadResponse(f"{self._address}: the head of the response is incomplete")
        return answer

    def _failure(self, error: Exception) -> ExchangeError:
        kind = next((ours for theirs, ours in _KINDS if isinstance(error, theirs)), BadResponse)
        reason = getattr(error, "kwargs", {}).get("error", error)  # botocore's own text has the whole URL
        return kind(f"{self._address}: {reason}")


def _left(deadline: Deadline) -> float:
    left = deadline.remaining()
    if left <= 0:
        raise TimedOut("no complete response in time")
    return left


def _body(call: ServiceCall, answer: Any, deadline: Deadline) -> bytes:
    """Return the whole body of an answer, which must have the length that its head gives."""
    given = str(answer.headers.get("content-length"))
    length: Any = int(given) if given.isdecimal() and call.method != "HEAD" else None
    body = bytearray()
    with closing(StreamingBody(answer.raw, length)) as stream:  # before the end of the body, it closes the connection
        while max(len(body), length or 0) <= call.max_answer:
            part = stream.read(_CHUNK)
            if not part:
                return bytes(body)
            body += part
            _left(deadline)
    raise ResponseTooLarge(f"a body of more than {call.max_answer} bytes")
