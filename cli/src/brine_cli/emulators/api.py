"""Calls to an AWS emulator by Brine's own client, which loads in a tenth of the time of an SDK."""

from __future__ import annotations

import json
import re
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

from brine.adapters.aws.call import RetryPolicy, ServiceCall
from brine.adapters.aws.endpoints import Endpoints
from brine.adapters.aws.errors import error_code
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1.client import HttpClient
from brine.adapters.http1.errors import ExchangeError
from brine.errors import ConfigError
from brine.ports.deadline import Deadline
from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.template.intrinsics import REGION

if TYPE_CHECKING:
    from brine.adapters.aws.lean import LeanServiceClient
    from brine.adapters.http1.connection import RawResponse

type JsonService = Literal["dynamodb", "sqs", "secretsmanager", "ssm"]

_PROTOCOLS: Final[dict[JsonService, tuple[str, str]]] = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "sqs": ("AmazonSQS", "1.0"),
    "secretsmanager": ("secretsmanager", "1.1"),
    "ssm": ("AmazonSSM", "1.1"),
}
"""The name of each API in X-Amz-Target, and the version of its JSON protocol."""
_POLICY: Final = RetryPolicy(budget=60.0, connect_timeout=2.0, read_timeout=30.0, attempts=1)
_MESSAGE: Final = re.compile(rb"<Message>([^<]*)")
_MOST_BYTES: Final = 16_000_000


class EmulatorError(Exception):
    """The emulator refused a call, or did not answer. `code`: the name of the error, "" without an answer."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class EmulatorApi:
    """The services of the emulator at a URL. Any number of threads may share it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._client = HttpClient()
        credentials = AwsCredentials.from_environment(CREDENTIALS)
        self._transport = LeanTransport(
            region=REGION,
            credentials=lambda: credentials,
            client=self._client,
            endpoints=Endpoints(url=endpoint),
        )
        self._services: dict[str, LeanServiceClient] = {}

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()

    def call(self, service: JsonService, operation: str, **parameters: object) -> dict[str, Any]:
        """Call an operation, and return its answer. Raises EmulatorError."""
        target, version = _PROTOCOLS[service]
        body = json.dumps(parameters).encode()
        headers = {"content-type": f"application/x-amz-json-{version}", "x-amz-target": f"{target}.{operation}"}
        answer = self._send(service, _call_of(operation, "POST", "/", headers, body))
        try:
            document = json.loads(answer.body or b"{}")
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise EmulatorError(f"{operation}: the answer is no JSON object")
        return document

    def create_bucket(self, name: str) -> None:
        """Create a bucket. It may exist. Raises EmulatorError."""
        headers = {"x-amz-content-sha256": sha256(b"").hexdigest()}
        try:
            self._send("s3", _call_of("CreateBucket", "PUT", f"/{name}", headers))
        except EmulatorError as error:
            if error.code != "BucketAlreadyOwnedByYou":
                raise

    def _send(self, service: str, call: ServiceCall) -> RawResponse:
        try:
            if service not in self._services:
                self._services[service] = self._transport.service_client(service, _POLICY)
            deadline = Deadline(time.monotonic() + _POLICY.budget, time.monotonic)
            answer = self._services[service].exchange(call, deadline)
        except (ConfigError, ExchangeError) as error:
            raise EmulatorError(f"{call.name}: {error}") from error
        if answer.status >= 300:
            code = error_code(answer)
            raise EmulatorError(f"{call.name}: {_message(answer.body) or answer.status} ({code})", code)
        return answer


def _call_of(operation: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> ServiceCall:
    return ServiceCall(
        name=operation,
        method=method,
        path=path,
        headers=headers,
        body=body,
        payload_hash=sha256(body).hexdigest(),
        max_answer=_MOST_BYTES,
    )


def _message(body: bytes) -> str:
    """Return the message of an error in JSON or XML, or ""."""
    try:
        document = json.loads(body)
    except ValueError:
        found = _MESSAGE.search(body)
        return "" if found is None else found[1].decode("utf-8", "replace")
    return str(document.get("message") or document.get("Message") or "") if isinstance(document, dict) else ""
