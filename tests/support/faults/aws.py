"""A proxy with faults before the emulated AWS: it passes the adapters' requests on, or does not.

Beside the faults of the ports there are faults that only this boundary has: a batch of which a part is left
unprocessed, and a call that gets no answer until its caller gives up.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from brine.adapters.aws.endpoints import Endpoints
from brine.adapters.http1 import HttpClient
from brine.adapters.http1.connection import HttpLimits, RawRequest
from brine.ports.deadline import Deadline
from tests.support.loopback import Loopback

if TYPE_CHECKING:
    from brine.adapters.http1.connection import RawResponse
    from tests.support.faults.ports import Fault, Faults
    from tests.support.loopback import Peer

LIMITS = HttpLimits(connect_timeout=5.0, read_timeout=30.0, max_body=10_000_000)
AT_RISK = frozenset(
    {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "TransactWriteItems", "SendMessage"}
)
EVENTUAL = frozenset({"GetItem", "BatchGetItem"})
FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
REFUSALS = {
    "dynamodb": ("400 Bad Request", b'{"__type":"com.amazonaws.dynamodb#ProvisionedThroughputExceededException"}'),
    "sqs": ("400 Bad Request", b'{"__type":"com.amazonaws.sqs#RequestThrottled"}'),
    "s3": ("503 Slow Down", b"<Error><Code>SlowDown</Code></Error>"),
}
FAILURE = ("500 Internal Server Error", b'{"__type":"InternalServerError"}')


class FaultyAws:
    """A proxy between adapters and the emulator at a URL. `faults` may be changed at any time; its clock is real.

    `hang`: seconds for which a call that hangs gets no answer. At most one call in `rest` seconds hangs.
    """

    def __init__(self, endpoint_url: str, faults: Faults, *, hang: float = 12.0, rest: float = 25.0) -> None:
        self._endpoint = Endpoints(url=endpoint_url).endpoint("any", "any")
        self._faults = faults
        self._hang = hang
        self._rest = rest
        self._may_hang_from = 0.0
        self._read: dict[
            bytes, tuple[bytes, float]
        ] = {}  # the last answer to each eventual read, and when it was asked
        self._lock = threading.Lock()
        self._client = HttpClient()
        self._server = Loopback(self._converse)

    @property
    def url(self) -> str:
        """The endpoint URL of the proxy."""
        return f"http://{self._server.address.authority}{self._endpoint.path}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._server.__exit__()

    def _converse(self, peer: Peer) -> None:
        while request := peer.read_request():
            self._server.requests.clear()  # a long run would not have the room
            answer = self._answer(request)
            if not answer:
                return
            peer.send(answer)

    def _answer(self, request: bytes) -> bytes:
        """Return the adapter's answer; empty bytes end the connection without one."""
        head, _, body = request.partition(b"\r\n\r\n")
        service, call = called(head)
        if call not in AT_RISK and service != "s3":
            return self._pass_on(head, body)
        is_eventual = call in EVENTUAL and b'"ConsistentRead":true' not in body
        fault = self._draw(call, is_eventual=is_eventual)
        if fault in {"throttled", "unavailable"}:
            return written(*(REFUSALS[service] if fault == "throttled" else FAILURE))
        if fault == "partial":
            return self._partial(head, body)
        if fault == "hangs":
            time.sleep(self._hang)  # a caller that waits at a socket sees only real time
            return b""
        if fault == "slow":
            self._faults.advance(self._faults.delay)
        if fault in {"twice", "lost"}:
            self._pass_on(head, body)
            return b"" if fault == "lost" else self._pass_on(head, body)
        return self._read_eventually(head, body, fault) if is_eventual else self._pass_on(head, body)

    def _read_eventually(self, head: bytes, body: bytes, fault: Fault | None) -> bytes:
        """Return the present value, or the value at the last such read a moment ago."""
        now = self._faults.now()
        answer, asked_at = self._read.get(body, (b"", 0.0))
        if fault == "old" and answer and now - asked_at <= self._faults.lag:
            return answer
        answer = self._pass_on(head, body)
        self._read[body] = answer, now
        return answer

    def _draw(self, call: str, *, is_eventual: bool) -> Fault | None:
        possible: list[Fault] = ["throttled", "unavailable", "slow", "twice", "lost"]
        if is_eventual:
            possible.append("old")
        if call == "BatchGetItem":
            possible.append("partial")
        with self._lock:
            now = self._faults.now()
            if now >= self._may_hang_from:
                possible.append("hangs")
            fault = self._faults.draw(call, *possible)
            if fault == "hangs":
                self._may_hang_from = now + self._rest
            return fault

    def _partial(self, head: bytes, body: bytes) -> bytes:
        """The answer for all keys but the first, which is left unprocessed; it may have no other keys."""
        asked: dict[str, Any] = json.loads(body)
        [(table, of_table)] = asked["RequestItems"].items()
        first, *others = of_table["Keys"]
        document: dict[str, Any] = {"Responses": {table: []}}
        if others:
            rest = json.dumps({"RequestItems": {table: {**of_table, "Keys": others}}}).encode()
            document = json.loads(self._exchange(head, rest).body)
        document["UnprocessedKeys"] = {table: {**of_table, "Keys": [first]}}
        return written("200 OK", json.dumps(document, separators=(",", ":")).encode())

    def _pass_on(self, head: bytes, body: bytes) -> bytes:
        answer = self._exchange(head, body)
        return written(
            f"{answer.status} Passed On", answer.body, *(line for line in answer.lines if line[0] not in FRAMING)
        )

    def _exchange(self, head: bytes, body: bytes) -> RawResponse:
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
        method = lines[0].partition(b" ")[0].decode("ascii")
        whole = b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", b""])
        message = RawRequest(method=method, head=whole, body=body, repeatable=True)
        return self._client.exchange(
            self._endpoint.address, message, LIMITS, Deadline(time.monotonic() + 30, time.monotonic)
        )


def called(head: bytes) -> tuple[str, str]:
    """The service that a request is for, and the operation: its name, or for S3 its method."""
    first, *lines = head.decode("iso-8859-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    target = fields.get("x-amz-target", "")
    service = {"Dyn": "dynamodb", "Ama": "sqs"}.get(target[:3], "other")
    if "/bodies/" in first:
        return "s3", f"{first.partition(' ')[0]} object"
    return service, target.rpartition(".")[2]


def written(status: str, body: bytes, *lines: tuple[str, str]) -> bytes:
    """An answer on the wire."""
    head = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in lines), f"content-length: {len(body)}"]
    return ("\r\n".join(head) + "\r\n\r\n").encode("iso-8859-1") + body
