"""Calls to one service of AWS: signed, sent, tried again where that can help, within a time budget."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING

from brine.adapters.aws.endpoints import endpoint
from brine.adapters.aws.refusals import Oversized, Refused, refusal
from brine.adapters.aws.sigv4 import Signer
from brine.adapters.http1.connection import Limits, Message
from brine.adapters.http1.errors import ConnectFailed, ExchangeError, TooLarge
from brine.errors import StoreError, StoreUnavailable
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.credentials import Credentials
    from brine.adapters.http1.client import Client
    from brine.adapters.http1.connection import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to try. Seconds: for a call with all its repeats, for connecting, for each wait for bytes.

    The wait before repeat n is a random part of first_wait * 2**n, at most longest_wait.
    """

    budget: float = 2.0
    connect_timeout: float = 1.0
    read_timeout: float = 1.0
    attempts: int = 3
    first_wait: float = 0.025
    longest_wait: float = 0.4

    def times(self, factor: float) -> Patience:
        """The same for something that is so many times as slow."""
        return replace(
            self,
            budget=self.budget * factor,
            connect_timeout=self.connect_timeout * factor,
            read_timeout=self.read_timeout * factor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """The account side of every call. `endpoint_url` is an emulator's; None means AWS.

    `slowness`: how many times as long as AWS it may take before it is given up.
    """

    region: str
    credentials: Credentials
    client: Client
    endpoint_url: str | None = None
    slowness: float = 1.0
    now: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to a service. `name` stands for it in errors, `path` is percent-encoded, `payload_hash` hexadecimal."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    payload_hash: str
    max_answer: int


class Service:
    """One service in one region. Every call may be repeated, so its effect must stand being had twice."""

    def __init__(self, aws: Aws, name: str, patience: Patience, *, host_prefix: str = "") -> None:
        self._aws = aws
        self._patience = patience.times(aws.slowness)
        self._signer = Signer(aws.credentials, aws.region, name)
        self._endpoint = endpoint(host_prefix + name, aws.region, aws.endpoint_url)

    def send(self, call: Call, deadline: Deadline | None = None) -> Answer:
        """Return the answer, its status 2xx, before `deadline` and within the service's own time budget.

        Raises StoreThrottled, Refused, Oversized, or StoreUnavailable when no answer came.
        """
        patience = self._patience
        deadline = (deadline or Deadline(inf, self._aws.clock)).within(patience.budget)
        repeats = 0
        are_undone = True
        while True:
            try:
                return self._send_once(call, deadline)
            except StoreError as failure:
                are_undone = are_undone and failure.is_undone
                failure.is_undone = are_undone
                wait = self._aws.random() * min(patience.longest_wait, patience.first_wait * 2**repeats)
                repeats += 1
                if not _may_pass(failure) or repeats == patience.attempts or wait >= deadline.remaining():
                    raise
            self._aws.sleep(wait)

    def presigned(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        seconds: int,
    ) -> str:
        """A URL by which whoever has it may use `method` on `path` for so many seconds. Nothing is sent.

        headers: what must come with it.
        """
        signed = self._signer.presign(
            method=method,
            host=self._endpoint.address.authority,
            path=self._endpoint.path + path,
            query=query,
            headers=headers,
            seconds=seconds,
            now=self._aws.now(),
        )
        return f"{self._endpoint}{path}?{signed}"

    def _send_once(self, call: Call, deadline: Deadline) -> Answer:
        address, path = self._endpoint.address, self._endpoint.path + call.path
        headers = self._signer.sign(
            method=call.method,
            path=path,
            headers={"host": address.authority, **call.headers},
            payload_hash=call.payload_hash,
            now=self._aws.now(),
        )
        message = Message(method=call.method, head=_head(call, path, headers), body=call.body, repeatable=True)
        patience = self._patience
        limits = Limits(
            connect_timeout=patience.connect_timeout, read_timeout=patience.read_timeout, max_body=call.max_answer
        )
        try:
            answer = self._aws.client.exchange(address, message, limits, deadline)
        except TooLarge as error:
            raise Oversized(f"{call.name}: {error}") from error
        except ExchangeError as error:
            failure = StoreUnavailable(f"{call.name}: {error}")
            failure.is_undone = isinstance(error, ConnectFailed) and not error.is_second
            raise failure from error
        if answer.status >= 300:
            refused = refusal(call.name, answer)
            refused.is_undone = refused.is_undone and not answer.is_second
            raise refused
        return answer


def _may_pass(failure: StoreError) -> bool:
    """Whether the same call may succeed a moment later."""
    if isinstance(failure, Refused):
        return failure.status >= 500
    return not isinstance(failure, Oversized)


def _head(call: Call, path: str, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{call.method} {path} HTTP/1.1\r\n{lines}content-length: {len(call.body)}\r\n\r\n".encode("ascii")
