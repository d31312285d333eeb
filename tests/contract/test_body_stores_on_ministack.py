"""Links against an S3 that checks their signatures, which moto does not."""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.s3_bucket import S3Bucket
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.s3.bodies import S3BodyStore
from brine.domain.caching.redirect import LINK_LIFETIME
from tests.contract.body_store import TOLD, BodyStoreContract
from tests.support.emulators.aws import REGION, signed_at
from tests.support.links import followed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from brine.adapters.aws.service import Aws
    from brine.adapters.http1 import HttpClient
    from brine.domain.http.messages import Response
    from tests.support.emulators.aws import Connect, Emulator

pytestmark = pytest.mark.races


@pytest.fixture(scope="module")
def bucket(ministack: Emulator) -> str:
    return ministack.create_bucket("linked-bodies")


@pytest.fixture(params=["key", "session"])
def credentials(ministack: Emulator, request: pytest.FixtureRequest) -> AwsCredentials:
    """The credentials that ministack knows from the beginning, and temporary ones with a token, as Lambda has."""
    if request.param == "key":
        return AwsCredentials("test", "test")
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    with closing(session.client("sts", endpoint_url=ministack.endpoint_url)) as sts:
        given = sts.get_session_token()["Credentials"]
    return AwsCredentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


@pytest.fixture
def aws(ministack: Emulator, client: HttpClient, credentials: AwsCredentials, connect: Connect) -> Iterator[Aws]:
    aws = ministack.reached_over(connect, client, credentials)
    with closing(aws.transport):
        yield aws


class TestS3BodyStoreOnMinistack(BodyStoreContract):
    @pytest.fixture
    def store(self, aws: Aws, bucket: str) -> S3BodyStore:
        return S3BodyStore(aws, bucket)

    @pytest.fixture
    def follow(self) -> Callable[[str], Response]:
        return followed


def linked(aws: Aws, bucket: str) -> tuple[str, bytes]:
    store, body = S3BodyStore(aws, bucket), os.urandom(100)
    digest = sha256(body).digest()
    store.write(digest, body)
    url = store.link(digest, len(body), seconds=LINK_LIFETIME, fields=TOLD)
    assert url is not None
    return url, body


def test_a_part_of_what_is_linked_can_be_had(aws: Aws, bucket: str) -> None:
    url, body = linked(aws, bucket)
    got = followed(url, range="bytes=10-19")
    assert (got.status, got.body) == (206, body[10:20])


def test_the_response_of_a_link_may_not_be_stored(aws: Aws, bucket: str) -> None:
    url, _ = linked(aws, bucket)
    assert followed(url).fields.get("cache-control") == "no-store"


def test_an_object_is_a_file_of_bytes_unless_a_link_says_what_it_is(aws: Aws, ministack: Emulator, bucket: str) -> None:
    """The object's own metadata says so too, for readers that get the object without a link of the gateway."""
    url, body = linked(aws, bucket)
    key = urlsplit(url).path.partition(f"/{bucket}/")[2]
    plain = S3Bucket(aws, bucket, RetryPolicy()).link(key, seconds=LINK_LIFETIME)
    assert followed(plain).fields.get("content-type") == "application/octet-stream"
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    with closing(session.client("s3", endpoint_url=ministack.endpoint_url)) as s3:
        kept = s3.head_object(Bucket=bucket, Key=key)
    assert (kept["ContentLength"], kept["ContentType"]) == (len(body), "application/octet-stream")
    assert kept["ContentDisposition"] == "attachment"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text%2Fplain", "text%2Fhtml"),
        ("response-content-disposition=attachment", "response-content-disposition=inline"),
        ("X-Amz-Expires=60", "X-Amz-Expires=600"),
        ("/bodies/", "/bodies/0"),
        ("&response-cache-control=no-store", ""),
    ],
)
def test_a_link_is_good_for_nothing_else(aws: Aws, bucket: str, old: str, new: str) -> None:
    url, _ = linked(aws, bucket)
    assert old in url
    assert followed(url.replace(old, new)).status == 403


def test_a_link_ends(aws: Aws, bucket: str) -> None:
    earlier = replace(aws, transport=signed_at(aws.transport, lambda: time.time() - LINK_LIFETIME - 5))
    url, _ = linked(earlier, bucket)
    assert parse_qs(urlsplit(url).query)["X-Amz-Expires"] == ["60"]
    assert followed(url).status == 403
