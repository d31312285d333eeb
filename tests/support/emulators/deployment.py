"""A template and the stacks that it nests, built, and deployed by `sam deploy`. Tests deploy samples/template.yaml.

The ministack that takes it enforces signatures and policies.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest

from brine_cli.commands import signals
from brine_cli.emulators.run import run_emulator
from tests.exchange_run.wire import FaultyWire
from tests.support.emulators import ministack_gaps
from tests.support.emulators.aws import REGION
from tests.support.emulators.built import SAMPLES, build
from tests.support.emulators.ministack import installed_interpreter, running_ministack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from brine_cli.template.stacks import StackTemplate

STACK: Final = "brine"
DEPLOY_LIMIT: Final = 120.0  # seconds
ADMINISTRATOR: Final = "test"  # access key id and secret of the account's root


class RenewableOrigin(FaultyWire):
    """Stands before httpbin: a response with an ETag may be served stale for a minute.

    (httpbin itself says so only for a query, which does not go into refresh requests.)
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, Random(0))  # noqa: S311 - of faults, of which it has none

    def _pass_on(self, request: bytes) -> bytes:
        answer = super()._pass_on(request)
        freshness = b"\r\ncache-control: max-age=600, stale-while-revalidate=60\r\n"
        return answer.replace(b"\r\n", freshness, 1) if request.startswith(b"GET /etag/") else answer


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """A stack that runs. `resources` are physical names by logical id; `httpbin` is the origin of the sample route.

    `apis`: each API as its stack and its logical id.
    """

    endpoint_url: str
    httpbin: str
    resources: Mapping[str, str]
    apis: Sequence[tuple[str, str]]

    @property
    def url(self) -> str:
        """Where the API answers, without a last slash. (Its own name under .localhost is not known everywhere.)"""
        return self.url_of("HttpApi")

    def url_of(self, api: str) -> str:
        """Where an API answers, by its logical id."""
        return f"{self.endpoint_url}/_aws/execute-api/{self.resources[api]}/$default"

    def client(self, service: str) -> Any:
        """A client of the SDK, as the account's administrator."""
        return administrator(self.endpoint_url, service)

    def restart(self, function: str) -> None:
        """Make the next request start a new process of the function, with an empty memory."""
        functions = self.client("lambda")
        name = self.resources[function]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        count = int(variables.get("RESTARTS", "0")) + 1
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**variables, "RESTARTS": str(count)}}
        )


@contextlib.contextmanager
def deployed(
    built: StackTemplate, folder: Path, parameters: Mapping[str, str] | None = None
) -> Iterator[DeployedStack]:
    """The stack, in a ministack that ends with the context. `folder` takes its log. A purge takes effect at once.

    parameters: of the template. `Origin` and `HttpbinOrigin` are an httpbin if they are not given.
    """
    with (
        running_ministack(installed_interpreter(), folder / "log", AUTH="true") as endpoint_url,
        run_emulator("httpbin") as plain,
        RenewableOrigin(plain) as origin,
    ):
        httpbin = origin.url
        client = partial(administrator, endpoint_url)
        client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
        ours = {"AwsEndpointUrl": endpoint_url, "Origin": httpbin, "HttpbinOrigin": httpbin, "PurgeDelta": "0"}
        known = {name: value for name, value in ours.items() if name in built.template.parameters}
        deploy(built, endpoint_url, {**known, **(parameters or {})})
        resources, apis = resources_of(endpoint_url)
        ministack_gaps.fill(client, apis, resources, folder / "opt")
        yield DeployedStack(endpoint_url, httpbin, resources, apis)


@pytest.fixture(scope="session")
def deployed_stack(built: StackTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    """The stack that the whole test run shares. Each test asks for paths of its own."""
    with deployed(built, tmp_path_factory.mktemp("deployment")) as stack:
        yield stack


def administrator(endpoint_url: str, service: str) -> Any:
    """A client of the SDK that may do everything."""
    return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal name
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ADMINISTRATOR,
        aws_secret_access_key=ADMINISTRATOR,
    )


def deploy(built: StackTemplate, endpoint_url: str, parameters: Mapping[str, str]) -> None:
    """Run `sam deploy`, which uploads the build and has CloudFormation make the stack."""
    command = [
        *(
            "sam",
            "deploy",
            "--template-file",
            str(ministack_gaps.supported(built.template.path)),
            "--stack-name",
            STACK,
            "--s3-bucket",
            "artifacts",
        ),
        *(
            "--capabilities",
            "CAPABILITY_IAM",
            "CAPABILITY_AUTO_EXPAND",
            "--no-confirm-changeset",
            "--no-progressbar",
        ),
        *(["--parameter-overrides"] if parameters else []),
        *(f"{name}={value}" for name, value in parameters.items()),
    ]
    variables = {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR,
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",  # seconds between questions; 5 otherwise
    }
    done = subprocess.run(
        command,
        cwd=built.template.path.parent,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=DEPLOY_LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-12000:]}{done.stderr[-3000:]}"


def resources_of(endpoint_url: str, stack: str = STACK) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Physical names by logical id, as CloudFormation lists them, with those of nested stacks; and all HTTP APIs."""
    pages = administrator(endpoint_url, "cloudformation").get_paginator("list_stack_resources")
    found: dict[str, str] = {}
    apis: list[tuple[str, str]] = []
    for page in pages.paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            found[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
            if resource["ResourceType"] == "AWS::CloudFormation::Stack":
                nested, of_nested = resources_of(endpoint_url, resource["PhysicalResourceId"])
                found |= nested
                apis += of_nested
            elif resource["ResourceType"] == "AWS::ApiGatewayV2::Api":
                apis.append((stack, resource["LogicalResourceId"]))
    return found, apis


def main() -> None:
    """Build, deploy, and keep the stack until stopped: `uv run python -m tests.support.emulators.deployment`."""
    parser = argparse.ArgumentParser(
        prog="deployment", description="Deploy a template to ministack, an emulated AWS. Ctrl-C removes everything."
    )
    parser.add_argument("--template", type=Path, default=SAMPLES, metavar="FILE", help="default: samples/template.yaml")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value of one of the template's parameters; may be repeated (an httpbin is Origin if you give none)",
    )
    options = parser.parse_args()
    parameters = dict(text.split("=", 1) for text in options.parameter if "=" in text)
    if len(parameters) != len(options.parameter):
        parser.error("--parameter needs NAME=VALUE, and each name once")
    with (
        signals.until_stopped(),
        tempfile.TemporaryDirectory() as folder,
        deployed(build(options.template), Path(folder), parameters) as stack,
    ):
        for _, api in stack.apis:
            print(f"{api}={stack.url_of(api)}")
        table = stack.resources["Table"]
        print(
            f"uv run brine purge --endpoint-url {stack.endpoint_url} --region {REGION} --table {table} --everything",
            flush=True,
        )
        signals.wait()


if __name__ == "__main__":
    main()
