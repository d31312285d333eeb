"""A purge is refused if the clock of this machine would make it miss responses."""

from __future__ import annotations

import pytest

from brine.adapters.aws.endpoints import Endpoints
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1.client import HttpClient
from brine_cli.commands.purging.clock import TOLERANCE, check_clock, server_time
from brine_cli.errors import CommandError
from tests.support.loopback import Loopback, answering_once_and_closing

THEIRS = 1_790_000_000.0


def time_of(url: str) -> float:
    """The time of the AWS at a URL."""
    with HttpClient() as client:
        credentials = AwsCredentials("test", "test")
        transport = LeanTransport(
            region="us-east-1", credentials=lambda: credentials, client=client, endpoints=Endpoints(url=url)
        )
        return server_time(Aws(transport=transport))


@pytest.mark.parametrize("ours", [THEIRS - TOLERANCE, THEIRS, THEIRS + 0.99, THEIRS + 1 + TOLERANCE])
def test_a_clock_may_be_off_a_little(ours: float) -> None:
    check_clock(THEIRS, ours)


@pytest.mark.parametrize(("ours", "told"), [(THEIRS - 200, "by 200 s"), (THEIRS + 60, "by 60 s")])
def test_a_clock_that_is_off_by_more_is_an_error(ours: float, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        check_clock(THEIRS, ours)


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_every_answer_has_the_time(status: str) -> None:
    date = "Mon, 21 Sep 2026 14:13:20 GMT"
    answer = f"HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    with Loopback(answering_once_and_closing(answer)) as server:
        assert time_of(str(server.address)) == THEIRS


@pytest.mark.parametrize("date", ["", "Date: soon\r\n"])
def test_an_answer_without_the_time_is_an_error(date: str) -> None:
    answer = f"HTTP/1.1 200 OK\r\n{date}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
    with (
        Loopback(answering_once_and_closing(answer)) as server,
        pytest.raises(CommandError, match="without a valid Date field"),
    ):
        time_of(str(server.address))


def test_an_unreachable_server_is_an_error() -> None:
    with pytest.raises(CommandError, match="DynamoDB cannot be reached"):
        time_of("http://127.0.0.1:1")
