"""The calls to CloudWatch, and its answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.cloudwatch.metrics import CloudWatchMetrics
from brine.adapters.http1.client import HttpClient
from brine.errors import StoreUnavailable
from brine.ports.admin import MetricQuery
from tests.support.emulators.aws import TRANSPORTS, lean
from tests.support.loopback import Loopback, answering

if TYPE_CHECKING:
    from brine.ports.admin import MetricSeries
    from tests.support.emulators.aws import Connect

QUERIES = [MetricQuery("Hit", "Sum", 60), MetricQuery("Latency", "p95", 3600)]


def read(*answers: object, connect: Connect = lean) -> tuple[list[MetricSeries], list[dict[str, Any]], str]:
    """The figures, the documents of the requests, and the head of the first of them."""
    bodies = [json.dumps(one).encode() for one in answers]
    raw = [b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body) for body in bodies]
    with Loopback(answering(*raw)) as server, HttpClient() as client:
        transport = connect(client, f"http://127.0.0.1:{server.address.port}", AwsCredentials("AKIA", "secret"))
        found = CloudWatchMetrics(Aws(transport=transport), "Brine").read(
            QUERIES, {"service": "gateway"}, begin=1_790_000_000, end=1_790_003_600
        )
        requests = [one.partition(b"\r\n\r\n") for one in server.requests]
    return found, [json.loads(body) for _, _, body in requests], requests[0][0].decode().lower()


@pytest.mark.parametrize("connect", TRANSPORTS.values(), ids=TRANSPORTS)
def test_one_call_asks_for_all_figures_in_the_json_protocol(connect: Connect) -> None:
    results = [
        {"Id": "q1", "Timestamps": [1_790_000_000], "Values": [12.5]},
        {"Id": "q0", "Timestamps": [1_790_000_000.0, 1_790_000_060.0], "Values": [3, 4]},
    ]
    found, (asked,), head = read({"MetricDataResults": results}, connect=connect)
    assert found == [{1_790_000_000: 3.0, 1_790_000_060: 4.0}, {1_790_000_000: 12.5}]
    assert "x-amz-target: graniteserviceversion20100801.getmetricdata" in head
    assert "content-type: application/x-amz-json-1.0" in head
    assert "/monitoring/aws4_request" in head
    assert (asked["StartTime"], asked["EndTime"]) == (1_790_000_000, 1_790_003_600)
    assert asked["MetricDataQueries"][1] == {
        "Id": "q1",
        "MetricStat": {
            "Metric": {
                "Namespace": "Brine",
                "MetricName": "Latency",
                "Dimensions": [{"Name": "service", "Value": "gateway"}],
            },
            "Period": 3600,
            "Stat": "p95",
        },
    }


def test_pages_are_joined() -> None:
    first = {"MetricDataResults": [{"Id": "q0", "Timestamps": [60], "Values": [1]}], "NextToken": "more"}
    second = {"MetricDataResults": [{"Id": "q0", "Timestamps": [120], "Values": [2]}]}
    found, asked, _ = read(first, second)
    assert found == [{60: 1.0, 120: 2.0}, {}]
    assert [one.get("NextToken") for one in asked] == [None, "more"]


@pytest.mark.parametrize("answer", [{}, [], {"MetricDataResults": [{"Id": "x", "Timestamps": [], "Values": []}]}])
def test_another_answer_is_a_fault(answer: object) -> None:
    with pytest.raises(StoreUnavailable, match="an answer that is not CloudWatch's"):
        read(answer)
