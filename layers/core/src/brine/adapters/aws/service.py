"""Calls one service of AWS over a transport, and retries within a time budget."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from brine.adapters.aws.billed_units import billed_units
from brine.adapters.aws.errors import AwsError, Oversized, error_from
from brine.adapters.http1.errors import ConnectFailed, ExchangeError, ResponseTooLarge
from brine.domain.costs.usage import BilledCall
from brine.errors import StoreError, StoreUnavailable
from brine.ports.billed_calls import current_calls
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.call import RetryPolicy, ServiceCall
    from brine.adapters.aws.transport import AwsTransport
    from brine.adapters.http1.connection import RawResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """Settings of all calls to AWS.

    slowness: the factor by which calls may take longer than calls to AWS. clock: monotonic seconds.
    """

    transport: AwsTransport
    slowness: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


class Service:
    """One service in one region. Every call may be retried, so it must be idempotent."""

    def __init__(self, aws: Aws, name: str, retry_policy: RetryPolicy, *, bucket: str = "") -> None:
        self._aws = aws
        self._name = name
        self._retry_policy = retry_policy.scaled(aws.slowness)
        self._client = aws.transport.service_client(name, self._retry_policy, bucket=bucket)

    def send(self, call: ServiceCall, deadline: Deadline | None = None) -> RawResponse:
        """Return the answer with a status of 2xx, before `deadline` and within the time budget of the service.

        Raises StoreThrottled, AwsError or Oversized, and StoreUnavailable if no answer came.
        """
        retry_policy = self._retry_policy
        deadline = (deadline or Deadline(inf, self._aws.clock)).within(retry_policy.budget)
        repeats = 0
        are_undone = True
        while True:
            try:
                return self._send_once(call, deadline)
            except StoreError as failure:
                are_undone = are_undone and failure.is_undone
                failure.is_undone = are_undone
                wait = retry_policy.backoff.wait(repeats, self._aws.random())
                repeats += 1
                if not _is_retryable(failure) or repeats == retry_policy.attempts or wait >= deadline.remaining():
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
        """Return a URL that allows `method` on `path` for so many seconds. Sends no request. Raises StoreUnavailable.

        headers: the headers that the request must have.
        """
        try:
            return self._client.presigned(path, query, method=method, headers=headers, seconds=seconds)
        except ExchangeError as error:
            raise StoreUnavailable(f"presigned {method}: {error}") from error

    def _send_once(self, call: ServiceCall, deadline: Deadline) -> RawResponse:
        try:
            answer = self._client.exchange(call, deadline)
        except ResponseTooLarge as error:
            self._note(call, 0.0)
            raise Oversized(f"{call.name}: {error}") from error
        except ExchangeError as error:
            self._note(call, 0.0)  # nothing says whether AWS bills it
            failure = StoreUnavailable(f"{call.name}: {error}")
            failure.is_undone = isinstance(error, ConnectFailed) and not error.is_retry
            raise failure from error
        self._note(call, billed_units(self._name, call, answer))
        if answer.status >= 300:
            aws_error = error_from(call.name, answer)
            aws_error.is_undone = aws_error.is_undone and not answer.is_retry
            raise aws_error
        return answer

    def _note(self, call: ServiceCall, units: float) -> None:
        calls = current_calls.get()
        if calls is not None:
            calls.append(BilledCall(call.name, units))


def _is_retryable(failure: StoreError) -> bool:
    """Return whether a retry may succeed."""
    if isinstance(failure, AwsError):
        return failure.status >= 500
    return not isinstance(failure, Oversized)
