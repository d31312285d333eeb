"""The admin function of a deployed stack: the command line asks it by signed requests, and nobody else gets in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from tests.support.emulators.aws import REGION
from tests.support.emulators.deployment import STACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.emulators.deployment import DeployedStack

pytestmark = pytest.mark.deploy

SECONDS = 60


def brine(stack: DeployedStack, *arguments: str, code: int = 0) -> str:
    """The output of a command about the stack, from a folder without a template. Errors come after the output."""
    place = ("--stack", STACK, "--endpoint-url", stack.endpoint_url, "--region", REGION)
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli", *arguments, *place],
        cwd="/",
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BRINE_"))},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def status_of(stack: DeployedStack, path: str) -> str:
    """The Cache-Status of an answer of the gateway."""
    asked = urllib.request.Request(f"{stack.url}{path}", headers={"Accept": "*/*"})  # noqa: S310 - of the stack
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - see above
        status: str = answer.headers["cache-status"]
        return status


def lines_of(stack: DeployedStack, message: str) -> list[dict[str, Any]]:
    """The lines of the admin function with this message."""
    group = stack.resources["AdminLogs"]
    logs = stack.client("logs")
    events = [
        event["message"]
        for one in logs.describe_log_streams(logGroupName=group)["logStreams"]
        for event in logs.get_log_events(logGroupName=group, logStreamName=one["logStreamName"])["events"]
    ]
    found = [json.loads(text) for text in events if text.startswith("{")]
    return [line for line in found if line.get("message") == message]


def test_an_operator_finds_explains_and_purges_a_response(deployed_stack: DeployedStack) -> None:
    path = "/httpbin/uuid?operated"
    assert json.loads(brine(deployed_stack, "explain", path, "--json"))["verdict"]["result"] == "miss"
    assert "fwd=uri-miss" in status_of(deployed_stack, path)
    listed = json.loads(brine(deployed_stack, "ls", "--url", path, "--json"))
    assert [(one["url"], one["state"], one["function"]) for one in listed["items"]] == [(path, "fresh", "gateway")]
    explained = json.loads(brine(deployed_stack, "explain", path, "-H", "Accept-Encoding: identity", "--json"))
    assert (explained["verdict"]["result"], explained["api"]["route"]) == ("hit", "$default")
    assert "The purge would end 1 item" in brine(deployed_stack, "purge", "--url", path, "--dry-run")
    assert "; hit; " in f"{status_of(deployed_stack, path)}; "
    assert f"Purged hard: {path}, in all variants" in brine(deployed_stack, "purge", "--url", path)
    assert "fwd=uri-miss" in status_of(deployed_stack, path)


def test_what_functions_of_users_store_is_listed_too(deployed_stack: DeployedStack) -> None:
    url = f"{deployed_stack.url_of('SamplesApi')}/shop/listed"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"X-Shop": "lister"}), timeout=SECONDS):  # noqa: S310 - of the stack
        listed = json.loads(brine(deployed_stack, "ls", "--tag", "customer-listed", "--json"))
    assert [(one["url"], one["function"], one["namespace"]) for one in listed["items"]] == [
        ("/shop/listed", "shop", "shop")
    ]


def test_health_and_keys_are_those_of_the_gateway_and_of_the_functions(deployed_stack: DeployedStack) -> None:
    health = brine(deployed_stack, "health")
    assert [line.split(maxsplit=1) for line in health.splitlines()[1:]] == [
        ["ok", "table"],
        ["ok", "keys of gateway"],
        ["ok", "keys of functions of yours"],
    ]
    keys = json.loads(brine(deployed_stack, "keys", "--json"))["keys"]
    assert [(one["function"], one["seals"]) for one in keys] == [("gateway", 1), (None, 1)]


def test_a_purge_has_an_audit_line_without_its_tag(deployed_stack: DeployedStack) -> None:
    brine(deployed_stack, "purge", "--tag", "audited-tag", "--soft")
    deadline = time.monotonic() + SECONDS
    while not (lines := [one for one in lines_of(deployed_stack, "purged") if one["by"] == "tag"]):
        assert time.monotonic() < deadline, "no audit line of the purge"
        time.sleep(0.2)
    (line,) = lines
    assert (line["soft"], line["done"], line["operation"]) == (True, True, "purge")
    assert line["principal"].startswith("arn:aws:")
    assert "audited-tag" not in json.dumps([line, *lines_of(deployed_stack, "administered")])


def test_the_figures_are_those_of_cloudwatch(deployed_stack: DeployedStack) -> None:
    now = datetime.now(UTC)
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "service", "Value": "gateway"}],
            "Timestamp": now,
            "Value": value,
        }
        for name, value in (("Hit", 3.0), ("Miss", 1.0), ("OriginLatency", 250.0))
    ]
    deployed_stack.client("cloudwatch").put_metric_data(Namespace="BrineSamples", MetricData=data)
    found = json.loads(brine(deployed_stack, "top", "--window", "15m", "--json"))
    assert (found["requests"], found["hit_ratio"], found["origin_calls"], found["window"]) == (4, 0.75, 1, 900)
    assert "hit ratio         75.0%  3 of 4" in brine(deployed_stack, "top", "--window", "15m")


def test_the_console_signs_for_the_page_that_has_its_url(deployed_stack: DeployedStack) -> None:
    place = ("--stack", STACK, "--endpoint-url", deployed_stack.endpoint_url, "--region", REGION)
    command = [sys.executable, "-m", "brine_cli", "console", *place]
    with subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url, _, secret = process.stdout.readline().strip().partition("#")
            with urllib.request.urlopen(url, timeout=SECONDS) as page:  # noqa: S310 - of the command
                assert b"<title>Brine console</title>" in page.read()
            version = url.replace("console.html", "version")
            assert status(urllib.request.Request(version)) == 403  # noqa: S310 - the same
            assert status(urllib.request.Request(version, headers={"X-Brine-Console": secret})) == 200  # noqa: S310 - the same
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0


@pytest.fixture
def operator(deployed_stack: DeployedStack) -> Callable[[str, str], int]:
    """Asks the admin API as a user who may only read, and returns the status."""
    iam = deployed_stack.client("iam")
    iam.create_user(UserName="reader")
    readable = f"arn:aws:execute-api:{REGION}:*:{deployed_stack.resources['HttpApi']}/*/GET/_brine/*"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": readable}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=document)
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)

    def ask(method: str, path: str) -> int:
        url = f"{deployed_stack.url}{path}"
        signed = AWSRequest(method=method, url=url, data=b"{}" if method == "POST" else None)
        credentials = session.get_credentials()
        assert credentials is not None
        SigV4Auth(credentials, "execute-api", REGION).add_auth(signed)
        return status(urllib.request.Request(url, signed.data or None, dict(signed.headers.items()), method=method))  # noqa: S310 - of the stack

    return ask


def status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - of the stack
            found: int = answer.status
            return found
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_an_unsigned_request_is_refused_whatever_its_path(deployed_stack: DeployedStack) -> None:
    for path in ("/_brine/version", "/_brine/purge", "/_brine/nothing", "//_brine/version"):
        assert status(urllib.request.Request(f"{deployed_stack.url}{path}")) == 403, path  # noqa: S310 - of the stack
    for path in ("/_brine", "/_brine/", "/%5fbrine/version"):  # which reach no admin function, nor an origin
        assert status(urllib.request.Request(f"{deployed_stack.url}{path}")) in {403, 404}, path  # noqa: S310 - the same


def test_a_policy_separates_readers_from_those_who_purge(operator: Callable[[str, str], int]) -> None:
    assert [operator("GET", "/_brine/version"), operator("POST", "/_brine/purge")] == [200, 403]


def test_a_stack_that_is_not_there_is_told(deployed_stack: DeployedStack) -> None:
    place = ("--endpoint-url", deployed_stack.endpoint_url, "--region", REGION)
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli", "ls", "--stack", "nowhere", *place],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        f"brine: there is no stack nowhere in {REGION} in this account. Name its region with --region\n",
    )
