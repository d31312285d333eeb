"""The role of one function permits no access to the data of another: tried with the policies as deployed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.s3_bucket import S3Bucket
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.adapters.http1 import HttpClient
from tests.support.emulators.aws import REGION, lean
from tests.support.links import followed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.emulators.deployment import DeployedStack

pytestmark = pytest.mark.deploy

REFUSED = {"AccessDenied", "AccessDeniedException"}


@dataclass(frozen=True)
class Holder:
    """Credentials that have the permissions of one function's role, and no more."""

    stack: DeployedStack
    credentials: AwsCredentials

    def client(self, service: str) -> Any:
        """A client of the SDK."""
        return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal name
            service,
            endpoint_url=self.stack.endpoint_url,
            region_name=REGION,
            aws_access_key_id=self.credentials.access_key,
            aws_secret_access_key=self.credentials.secret_key,
        )

    def may(self, service: str, operation: str, **arguments: object) -> bool:
        """Whether the role allows a call, which may fail for other reasons."""
        try:
            getattr(self.client(service), operation)(**arguments)
        except ClientError as error:
            return error.response["Error"]["Code"] not in REFUSED
        return True

    def may_read(self, *keys: str) -> bool:
        """Whether it may read all of these items, by one call and by as many."""
        table = self.stack.resources["Table"]
        wanted = [{"pk": {"S": key}, "sk": {"S": "main"}} for key in keys]
        at_once = self.may("dynamodb", "batch_get_item", RequestItems={table: {"Keys": wanted}})
        if len(wanted) == 1:
            assert self.may("dynamodb", "get_item", TableName=table, Key=wanted[0]) is at_once
        return at_once

    def may_write(self, key: str) -> bool:
        """Whether it may write an item, alone and in a transaction."""
        table, item = self.stack.resources["Table"], {"pk": {"S": key}, "sk": {"S": "tried"}}
        alone = self.may("dynamodb", "put_item", TableName=table, Item=item)
        put = {"Put": {"TableName": table, "Item": item}}
        assert self.may("dynamodb", "transact_write_items", TransactItems=[put]) is alone
        return alone

    def may_purge(self, key: str) -> bool:
        """Whether it may update an item, as a purge does."""
        where = {"TableName": self.stack.resources["Table"], "Key": {"pk": {"S": key}, "sk": {"S": "tried"}}}
        return self.may("dynamodb", "update_item", **where)


@pytest.fixture(scope="module")
def holder_of(deployed_stack: DeployedStack) -> Iterator[Callable[[str], Holder]]:
    """For the name of a function, a user with the policies and the tags that its role has."""
    iam = deployed_stack.client("iam")

    @cache
    def made(function: str) -> Holder:
        role = deployed_stack.resources[f"{function.capitalize()}Role"]
        iam.create_user(UserName=f"holder-{function}", Tags=iam.list_role_tags(RoleName=role)["Tags"])
        listed = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        for policy in [one["PolicyArn"] for one in listed if one["PolicyArn"]]:  # ministack lists AWS::NoValue too
            iam.attach_user_policy(UserName=f"holder-{function}", PolicyArn=policy)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
            iam.put_user_policy(UserName=f"holder-{function}", PolicyName=name, PolicyDocument=document)
        key = iam.create_access_key(UserName=f"holder-{function}")["AccessKey"]
        return Holder(deployed_stack, AwsCredentials(key["AccessKeyId"], key["SecretAccessKey"]))

    yield made
    made.cache_clear()


@pytest.mark.parametrize(("function", "purges"), [("report", False), ("shop", True)])
def test_a_function_of_a_namespace_reaches_only_its_own_part_and_purges_at_most_tags(
    holder_of: Callable[[str], Holder], function: str, *, purges: bool
) -> None:
    holder, own = holder_of(function), f"r#{function}#x"
    assert holder.may_read(own, f"c#{function}#x", f"t#result:{function}#x")
    assert holder.may_read(own, "o#x", f"t#key:{function}#x", "t#everything", "t#route:x", "t#tenant:x", "t#tag:x")
    for other in ("r#x", "r#billing#x", f"r#{function}", "u#channel#x", "u#route#x", "c#billing#x", "t#key:x"):
        assert not holder.may_read(other), other
        assert not holder.may_read(own, other), other
        assert not holder.may_write(other), other
    for written in (own, "o#x", f"t#key:{function}#x", f"c#{function}#x", f"t#result:{function}#x"):
        assert holder.may_write(written), written
    for purge in ("t#everything", "t#route:x", "t#tenant:x"):
        assert not holder.may_write(purge), purge
        assert not holder.may_purge(purge), purge
    assert holder.may_purge("t#tag:x") is purges
    assert not holder.may_write("t#tag:x")  # an update keeps the time of the last purge; a put would replace it


def test_the_gateway_and_the_refresher_reach_no_results_and_purge_only_urls(
    holder_of: Callable[[str], Holder],
) -> None:
    for function in ("gateway", "refresher"):
        holder = holder_of(function)
        assert holder.may_read("r#x", "t#everything", "t#route:x", "t#key:x")
        assert holder.may_write("r#x")
        for other in ("c#quotes#x", "u#channel#x", "t#result:quotes#x"):
            assert not holder.may_read(other), (function, other)
            assert not holder.may_write(other), (function, other)
        for purge in ("t#everything", "t#route:x", "t#tag:x", "t#tenant:x"):
            assert not holder.may_write(purge), (function, purge)
            assert not holder.may_purge(purge), (function, purge)


@pytest.mark.parametrize("function", ["gateway", "refresher", "report", "shop", "exchange", "rotator"])
def test_no_function_reads_the_table_without_a_key(holder_of: Callable[[str], Holder], function: str) -> None:
    holder, table = holder_of(function), holder_of(function).stack.resources["Table"]
    assert not holder.may("dynamodb", "scan", TableName=table)
    everything = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": "r#x"}},
    }
    assert not holder.may("dynamodb", "query", **everything)
    assert not holder.may("dynamodb", "execute_statement", Statement=f'SELECT * FROM "{table}"')  # noqa: S608 - our own name


@pytest.mark.parametrize(
    ("function", "own"),
    [
        ("gateway", {"ResponseKeys"}),
        ("refresher", {"ResponseKeys"}),
        ("report", {"FunctionKeys"}),
        ("shop", {"FunctionKeys"}),
        ("exchange", {"ExchangeKeys", "OrdersKeys"}),
        ("rotator", {"ResponseKeys", "ExchangeKeys", "FunctionKeys"}),
        ("admin", {"ResponseKeys", "FunctionKeys"}),
    ],
)
def test_each_reads_its_own_secrets_alone(holder_of: Callable[[str], Holder], function: str, own: set[str]) -> None:
    holder = holder_of(function)
    secrets = ("ResponseKeys", "FunctionKeys", "ExchangeKeys", "OrdersKeys")
    read = {
        name
        for name in secrets
        if holder.may("secretsmanager", "get_secret_value", SecretId=holder.stack.resources[name])
    }
    assert read == own


def test_the_admin_function_reads_all_that_is_cached_and_writes_purges_alone(
    holder_of: Callable[[str], Holder],
) -> None:
    holder = holder_of("admin")
    table, bucket = holder.stack.resources["Table"], holder.stack.resources["Bodies"]
    assert holder.may("dynamodb", "scan", TableName=table)
    assert holder.may_read("r#x", "o#x", "b#x", "t#result:report#x")
    assert not holder.may_read("u#channel#x")
    assert [key for key in ("r#x", "c#report#x", "o#x", "b#x", "t#everything") if holder.may_write(key)] == []
    assert [key for key in ("r#x", "b#x", "t#result:report#x", "t#tag:x") if holder.may_purge(key)] == ["t#tag:x"]
    assert holder.may("s3", "get_object", Bucket=bucket, Key="bodies/x")
    assert not holder.may("s3", "put_object", Bucket=bucket, Key="bodies/x", Body=b"x")
    assert not holder.may("sqs", "send_message", QueueUrl=holder.stack.resources["RefreshQueue"], MessageBody="{}")


@pytest.mark.parametrize(
    ("function", "own"),
    [
        ("gateway", {"bodies/", "bodies/report/"}),  # it has no keys to open what is in the latter
        ("report", {"bodies/report/", "results/report/"}),
        ("shop", {"bodies/shop/", "results/shop/"}),
        ("exchange", {"claims/"}),
    ],
)
def test_each_has_a_folder_of_its_own(holder_of: Callable[[str], Holder], function: str, own: set[str]) -> None:
    holder = holder_of(function)
    for folder in {"bodies/", "bodies/report/", "results/report/", "claims/", *own}:
        where = {"Bucket": holder.stack.resources["Bodies"], "Key": f"{folder}x"}
        assert holder.may("s3", "get_object", **where) is (folder in own), folder
        assert holder.may("s3", "put_object", Body=b"x", **where) is (folder in own), folder


@pytest.mark.parametrize(("function", "own"), [("report", "ReportRefreshes"), ("shop", "ShopRefreshes")])
def test_a_function_uses_its_own_queue_alone(holder_of: Callable[[str], Holder], function: str, own: str) -> None:
    holder = holder_of(function)
    for queue in ("ReportRefreshes", "ShopRefreshes", "ReportFailedRefreshes", "RefreshQueue", "OrdersQueue"):
        where = {"QueueUrl": holder.stack.resources[queue]}
        assert holder.may("sqs", "get_queue_attributes", **where) is (queue == own), queue
        assert holder.may("sqs", "send_message", MessageBody="{}", **where) is (queue == own), queue


@pytest.mark.parametrize(
    ("function", "key", "good_for"),
    [
        ("gateway", "bodies/linked", 60),
        ("exchange", "claims/orders/linked", 3600),
        ("report", "bodies/report/linked", 60),
    ],
)
def test_the_bucket_refuses_links_that_are_older_than_ours_ever_are(
    holder_of: Callable[[str], Holder], function: str, key: str, good_for: int
) -> None:
    """However long they say that they are good for."""
    holder = holder_of(function)
    bucket = holder.stack.resources["Bodies"]
    holder.client("s3").put_object(Bucket=bucket, Key=key, Body=b"linked")
    client = HttpClient()
    transport = lean(client, holder.stack.endpoint_url, holder.credentials)

    def status(age: int) -> int:
        then = replace(transport, now=lambda: transport.now() - age)
        return followed(S3Bucket(Aws(transport=then), bucket, RetryPolicy()).link(key, seconds=7 * 86_400)).status

    try:
        assert urlsplit(holder.stack.endpoint_url).hostname == "127.0.0.1"
        assert [status(age) for age in (0, good_for + 60)] == [200 if good_for else 403, 403]
        assert not good_for or status(good_for // 2) == 200
    finally:
        client.close()
