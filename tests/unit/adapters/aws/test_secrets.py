from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from brine.adapters.aws.secrets import SecretText
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1 import HttpClient, TimedOut
from brine.errors import StoreUnavailable
from brine.service.transaction import ANSWER_RESERVE, ORIGIN_RESERVE
from tests.support.aws_answers import http, json_answer
from tests.support.emulators.aws import lean
from tests.support.loopback import Loopback, answering_once_and_closing

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.adapters.http1 import HttpLimits, RawRequest, RawResponse
    from brine.domain.routing.origin import OriginAddress
    from brine.ports.deadline import Deadline
    from tests.support.emulators.aws import Emulator


def test_a_secret_is_read_by_name_and_by_arn(emulator: Emulator) -> None:
    arn = emulator.create_secret("brine/keys", '{"1": "\u00e9"}')
    with HttpClient() as client:
        aws = emulator.reached_by(client)

        assert SecretText(aws, arn)() == SecretText(aws, "brine/keys")() == '{"1": "\u00e9"}'


def test_a_secret_that_is_not_there_is_a_failure(emulator: Emulator) -> None:
    with HttpClient() as client, pytest.raises(StoreUnavailable, match="ResourceNotFoundException"):
        SecretText(emulator.reached_by(client), "brine/no-such-keys")()


def test_a_request_whose_origin_took_all_its_time_can_still_wait_for_it() -> None:
    now = 0.0

    class Silent(HttpClient):
        def exchange(
            self, address: OriginAddress, message: RawRequest, limits: HttpLimits, deadline: Deadline
        ) -> RawResponse:
            nonlocal now
            now += min(limits.connect_timeout, deadline.remaining())
            raise TimedOut(f"{address}: no answer to {message.method} in time")

    with Silent() as client:
        aws = Aws(transport=lean(client, None, AwsCredentials("AKID", "hush")), clock=lambda: now)
        load = SecretText(replace(aws, sleep=lambda _: None, random=lambda: 0.0), "keys")
        with pytest.raises(StoreUnavailable):
            load()
    assert 0 < now <= ORIGIN_RESERVE - ANSWER_RESERVE


@pytest.mark.parametrize(
    "answer", [json_answer({"SecretBinary": "AAEC"}), json_answer({"SecretString": 1}), json_answer([]), http(200, b"")]
)
def test_a_secret_without_text_is_a_failure(aws_at: Callable[[Loopback], Aws], answer: bytes) -> None:
    with Loopback(answering_once_and_closing(answer)) as server:
        aws = aws_at(server)
        with pytest.raises(StoreUnavailable):
            SecretText(aws, "keys")()
        aws.transport.close()
