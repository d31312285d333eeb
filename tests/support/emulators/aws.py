"""An emulated AWS for tests: moto in a process of its own, and helpers that fill it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
import pytest
from botocore.session import Session

from brine.adapters.aws.endpoints import Endpoints
from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.botocore.transport import BotocoreTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from brine.adapters.aws.transport import AwsTransport
    from brine.adapters.http1 import HttpClient

    type Connect = Callable[[HttpClient, str | None, AwsCredentials], AwsTransport]

REGION: Final = "eu-central-1"
SLOWNESS: Final = 100.0
"""How many times as long as AWS an emulator may take: a slow machine fails no test, and an emulator that hangs does."""


def lean(client: HttpClient, endpoint_url: str | None, credentials: AwsCredentials) -> LeanTransport:
    """The lean transport."""
    return LeanTransport(
        region=REGION, credentials=lambda: credentials, client=client, endpoints=Endpoints(url=endpoint_url)
    )


def over_botocore(_client: HttpClient, endpoint_url: str | None, credentials: AwsCredentials) -> BotocoreTransport:
    """The transport over botocore."""
    return BotocoreTransport(session_with(credentials), REGION, endpoint_url=endpoint_url)


@cache
def session_with(credentials: AwsCredentials) -> Session:
    """A session that all transports with these credentials share, because it reads large files."""
    session = Session()
    session.set_credentials(credentials.access_key, credentials.secret_key, credentials.token)
    return session


@cache
def sdk() -> boto3.Session:
    """A session of the SDK that all tests share, because it reads large files."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)


TRANSPORTS: Final[dict[str, Connect]] = {"lean": lean, "botocore": over_botocore}


def signed_at(transport: AwsTransport, now: Callable[[], float]) -> AwsTransport:
    """Return the transport with another clock for its signatures."""
    if isinstance(transport, BotocoreTransport):
        transport.now = now
        return transport
    assert isinstance(transport, LeanTransport)
    return replace(transport, now=now)


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator, with clients of the SDK to prepare and inspect its content.

    `endpoint_url` is empty for moto's mock in this process.
    """

    endpoint_url: str
    dynamodb: DynamoDBClient
    s3: S3Client
    secrets: SecretsManagerClient

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables by which a function in Lambda finds the emulator."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_SESSION_TOKEN": "testing",
        }

    def reached_by(self, client: HttpClient, credentials: AwsCredentials | None = None) -> Aws:
        """The account as the product's own adapters reach it, with the lean transport."""
        return self.reached_over(lean, client, credentials)

    def reached_over(self, connect: Connect, client: HttpClient, credentials: AwsCredentials | None = None) -> Aws:
        """The account as the product's own adapters reach it, with one of TRANSPORTS."""
        credentials = credentials or AwsCredentials.from_environment(self.environment)
        return Aws(transport=connect(client, self.endpoint_url or None, credentials), slowness=SLOWNESS)

    def create_table(self, name: str) -> str:
        """Create a table like the template's; return its name."""
        self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def create_bucket(self, name: str) -> str:
        """Create a bucket; return its name."""
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def create_secret(self, name: str, text: str) -> str:
        """Create a secret that holds a text; return its ARN."""
        return self.secrets.create_secret(Name=name, SecretString=text)["ARN"]


@contextlib.contextmanager
def running_moto() -> Iterator[str]:
    """The endpoint URL of a new moto, which ends with the context."""
    program = Path(__file__).with_name("moto_process.py")
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


@contextlib.contextmanager
def emulator_at(endpoint_url: str | None) -> Iterator[Emulator]:
    """An emulator that runs already. None: moto's mock in this process."""
    session = sdk()
    with contextlib.ExitStack() as stack:
        yield Emulator(
            endpoint_url or "",
            stack.enter_context(contextlib.closing(session.client("dynamodb", endpoint_url=endpoint_url))),
            stack.enter_context(contextlib.closing(session.client("s3", endpoint_url=endpoint_url))),
            stack.enter_context(contextlib.closing(session.client("secretsmanager", endpoint_url=endpoint_url))),
        )


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """The URL of a moto that the whole test run shares."""
    with running_moto() as endpoint_url:
        yield endpoint_url


@pytest.fixture(scope="session")
def emulator(moto_endpoint: str) -> Iterator[Emulator]:
    """The moto that the whole test run shares. Each test uses resource names of its own."""
    with emulator_at(moto_endpoint) as emulator:
        yield emulator
