"""The functions that `sam deploy` has deployed answer over HTTP, each with only the permissions of its role."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.support.emulators.aws import REGION
from tests.support.emulators.built import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.emulators.deployment import DeployedStack

pytestmark = pytest.mark.deploy

SECONDS = 60
MISS = "brine; fwd=uri-miss; fwd-status=200; stored; ttl="


@dataclass(frozen=True, slots=True)
class Answer:
    explained: str
    body: bytes


def get(stack: DeployedStack, path: str, api: str = "HttpApi") -> Answer:
    with urllib.request.urlopen(f"{stack.url_of(api)}{path}", timeout=SECONDS) as answer:  # noqa: S310 - of the stack
        return Answer(answer.headers["Cache-Status"], answer.read())


def shop(stack: DeployedStack, path: str, order: bytes | None = None) -> Answer:
    fields = {"X-Shop": "acme", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"{stack.url_of('SamplesApi')}{path}", data=order, headers=fields)  # noqa: S310 - of the stack
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - the same
        return Answer(answer.headers["Cache-Status"], answer.read())


def purge(stack: DeployedStack, *what: str) -> str:
    place = ("--endpoint-url", stack.endpoint_url, "--region", REGION, "--table", stack.resources["Table"])
    routes = ("--routes", "samples/routes/routes.d/samples.toml")
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli", "purge", *place, *routes, *what],
        cwd=ROOT,
        env={**os.environ, "BRINE_HTTPBIN_ORIGIN": stack.httpbin},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return done.stdout


def test_a_miss_and_then_hits_also_after_a_cold_start(deployed_stack: DeployedStack) -> None:
    first = get(deployed_stack, "/httpbin/uuid?hit")  # another one each time that the origin is asked
    assert first.explained.startswith(MISS)
    assert get(deployed_stack, "/httpbin/uuid?hit").body == first.body
    deployed_stack.restart("GatewayFunction")
    again = get(deployed_stack, "/httpbin/uuid?hit")
    assert again.explained.startswith("brine; hit; ttl=")
    assert again.body == first.body


def test_a_large_body_comes_from_the_bucket(deployed_stack: DeployedStack) -> None:
    path = "/httpbin/bytes/100000"
    first = get(deployed_stack, path)
    assert first.explained.startswith(MISS)
    assert len(first.body) == 100_000
    kept = deployed_stack.client("s3").list_objects_v2(Bucket=deployed_stack.resources["Bodies"])["Contents"]
    assert [stored["Key"].partition("/")[0] for stored in kept if stored["Size"] == 100_000] == ["bodies"]
    deployed_stack.restart("GatewayFunction")
    assert get(deployed_stack, path).body == first.body


def test_a_purge_ends_what_is_stored(deployed_stack: DeployedStack) -> None:
    path = "/httpbin/uuid?purged"
    first = get(deployed_stack, path)
    assert get(deployed_stack, path).body == first.body
    assert purge(deployed_stack, "--url", path).startswith("Purged hard: /httpbin/uuid?purged")
    second = get(deployed_stack, path)
    assert second.explained.startswith(MISS)
    assert second.body != first.body


def test_the_refresher_renews_what_was_served_stale(deployed_stack: DeployedStack) -> None:
    path = "/httpbin/etag/softly"
    assert get(deployed_stack, path).explained == f"{MISS}600"
    purge(deployed_stack, "--url", path, "--soft")
    assert get(deployed_stack, path).explained == "brine; hit; ttl=0"
    deadline = time.monotonic() + SECONDS
    while (explained := get(deployed_stack, path).explained) == "brine; hit; ttl=0":
        assert time.monotonic() < deadline, "nobody has refreshed it"
        time.sleep(0.2)  # ministack takes messages from the queue once a second
    assert explained.startswith("brine; hit; ttl=")


def test_a_report_is_made_once_also_for_a_cold_start(deployed_stack: DeployedStack) -> None:
    first = get(deployed_stack, "/report", "SamplesApi")
    assert (first.explained, json.loads(first.body)) == (f"{MISS}60", {"coffee": 94.8, "tea": 130.0})
    deployed_stack.restart("ReportFunction")
    again = get(deployed_stack, "/report", "SamplesApi")
    assert (again.explained.startswith("brine; hit; ttl="), again.body) == (True, first.body)


def test_a_function_refreshes_what_it_served_stale_through_its_own_queue(deployed_stack: DeployedStack) -> None:
    get(deployed_stack, "/report", "SamplesApi")
    purge(deployed_stack, "--tag", "prices", "--soft")
    deployed_stack.restart("ReportFunction")  # it has read no purges yet
    assert get(deployed_stack, "/report", "SamplesApi").explained == "brine; hit; ttl=0"
    deadline = time.monotonic() + SECONDS
    while (explained := get(deployed_stack, "/report", "SamplesApi").explained) == "brine; hit; ttl=0":
        assert time.monotonic() < deadline, "the function has not refreshed it"
        time.sleep(0.2)  # ministack takes messages from the queue once a second
    assert explained.startswith("brine; hit; ttl=")


def test_an_order_ends_the_dashboard_with_the_permissions_of_the_shop(deployed_stack: DeployedStack) -> None:
    assert shop(deployed_stack, "/shop/7").explained == f"{MISS}30"
    assert shop(deployed_stack, "/shop/7").explained.startswith("brine; hit; ttl=")
    assert shop(deployed_stack, "/shop/7/orders", b'{"item": "tea"}').explained == "brine; fwd=method; fwd-status=200"
    assert shop(deployed_stack, "/shop/7").explained == f"{MISS}30"


@pytest.fixture
def role_without_policy(deployed_stack: DeployedStack) -> Iterator[None]:
    """Meanwhile the gateway's role has no permissions."""
    iam, role = deployed_stack.client("iam"), deployed_stack.resources["GatewayRole"]
    policy = iam.get_role_policy(RoleName=role, PolicyName="gateway")["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName="gateway")
    yield
    iam.put_role_policy(RoleName=role, PolicyName="gateway", PolicyDocument=json.dumps(policy))


@pytest.mark.usefixtures("role_without_policy")
def test_a_call_that_the_role_forbids_fails(deployed_stack: DeployedStack) -> None:
    # So the tests above have shown that the roles of the template allow enough.
    assert get(deployed_stack, "/httpbin/uuid?denied").explained.endswith("; detail=table-unavailable")
