"""The admin API of a stack is found in CloudFormation: in the stack itself, or in one that it nests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from brine.adapters.aws.service import Aws
from brine.adapters.http1.connection import RawResponse
from brine_cli.deployed.admin_address import AdminAddress
from brine_cli.deployed.stack_outputs import CloudFormation, StackOutputs
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from brine.adapters.aws.call import RetryPolicy, ServiceCall
    from brine.adapters.aws.signing.sigv4 import SigV4Signer
    from brine.ports.deadline import Deadline

ACCOUNT = "arn:aws:cloudformation:eu-central-1:111122223333:stack"
URL = "https://a1b2.execute-api.eu-central-1.amazonaws.com/_brine"
XMLNS = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"'


def described(name: str, **outputs: str) -> bytes:
    """The answer of DescribeStacks about a stack with these outputs."""
    members = "".join(
        f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
        for key, value in outputs.items()
    )
    stack = f"<StackId>{ACCOUNT}/{name}/0f</StackId><Outputs>{members}</Outputs>"
    inner = f"<DescribeStacksResult><Stacks><member>{stack}</member></Stacks></DescribeStacksResult>"
    return f"<DescribeStacksResponse {XMLNS}>{inner}</DescribeStacksResponse>".encode()


def listed(*resources: tuple[str, str], token: str = "") -> bytes:
    """The answer of ListStackResources with these types and ids."""
    members = "".join(
        f"<member><ResourceType>{kind}</ResourceType><PhysicalResourceId>{name}</PhysicalResourceId></member>"
        for kind, name in resources
    )
    following = f"<NextToken>{token}</NextToken>" if token else ""
    inner = f"<StackResourceSummaries>{members}</StackResourceSummaries>{following}"
    result = f"<ListStackResourcesResult>{inner}</ListStackResourcesResult>"
    return f"<ListStackResourcesResponse {XMLNS}>{result}</ListStackResourcesResponse>".encode()


@dataclass
class Answers:
    """A transport whose CloudFormation gives these answers, by operation, stack and token."""

    answers: dict[tuple[str, str, str], tuple[int, bytes]]
    region: str = "eu-central-1"
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def service_client(self, name: str, _policy: RetryPolicy, *, bucket: str = "") -> Answers:
        assert (name, bucket) == ("cloudformation", "")
        return self

    def exchange(self, call: ServiceCall, _deadline: Deadline) -> RawResponse:
        given = {name: values[-1] for name, values in parse_qs(call.body.decode()).items()}
        assert given["Version"] == "2010-05-15"
        key = given["Action"], given["StackName"], given.get("NextToken", "")
        self.asked.append(key)
        status, body = self.answers[key]
        return RawResponse(status, (), body)

    def presigned(self, *_: object, **__: object) -> str:
        raise AssertionError

    def signer(self, service: str, region: str | None = None) -> SigV4Signer:
        raise AssertionError(service, region)

    def close(self) -> None:
        """Nothing is open."""


def found(**answers: bytes | tuple[int, bytes]) -> StackOutputs:
    """The stack that has the admin API of the stack `brine`. Names of arguments: operation, stack, token."""
    table = {}
    for name, answer in answers.items():
        operation, stack, *token = name.split("__")
        key = (operation, stack if stack == "brine" else f"{ACCOUNT}/{stack}/0f", "".join(token))
        table[key] = answer if isinstance(answer, tuple) else (200, answer)
    return CloudFormation(Aws(transport=Answers(table), sleep=lambda _: None)).admin_stack("brine")


def test_a_stack_has_it_itself() -> None:
    stack = found(DescribeStacks__brine=described("brine", AdminUrl=URL, ApiUrl="x"))
    assert (stack.arn, stack.outputs["AdminUrl"]) == (f"{ACCOUNT}/brine/0f", URL)


def test_a_nested_stack_has_it_also_on_a_later_page() -> None:
    kinds = ("AWS::Lambda::Function", "x"), ("AWS::CloudFormation::Stack", f"{ACCOUNT}/other/0f")
    stack = found(
        DescribeStacks__brine=described("brine"),
        ListStackResources__brine=listed(*kinds, token="more"),
        ListStackResources__brine__more=listed(("AWS::CloudFormation::Stack", f"{ACCOUNT}/inner/0f")),
        DescribeStacks__other=described("other"),
        DescribeStacks__inner=described("inner", AdminUrl=URL),
    )
    assert stack.arn == f"{ACCOUNT}/inner/0f"


def test_a_stack_without_one_is_told() -> None:
    with pytest.raises(CommandError, match=r"^the stack brine has no admin API: .* the output AdminUrl\. Deploy it "):
        found(DescribeStacks__brine=described("brine"), ListStackResources__brine=listed())


def test_two_of_them_are_named() -> None:
    nested = listed(*(("AWS::CloudFormation::Stack", f"{ACCOUNT}/{name}/0f") for name in ("one", "two")))
    with pytest.raises(CommandError, match=r"Name one of them: one, two$"):
        found(
            DescribeStacks__brine=described("brine"),
            ListStackResources__brine=nested,
            DescribeStacks__one=described("one", AdminUrl=URL),
            DescribeStacks__two=described("two", AdminUrl=URL),
        )


UNREADABLE = "the stack brine cannot be read: DescribeStacks: "
FORBIDDEN = (
    f"{UNREADABLE}AccessDenied (403). Allow cloudformation:DescribeStacks on it to the user or role of these "
    "credentials, and check that they have not expired"
)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            400,
            b"<ErrorResponse><Error><Code>ValidationError</Code></Error></ErrorResponse>",
            "there is no stack brine in eu-central-1 in this account. Name its region with --region",
        ),
        (
            403,
            b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
            FORBIDDEN,
        ),
        (
            500,
            b"",
            f"{UNREADABLE}unknown (500). Check the network and the region",
        ),
        (200, b"{}", "DescribeStacks: the answer is not that of CloudFormation. Check AWS_ENDPOINT_URL"),
        (200, b"<a/>", "CloudFormation answered without the stack brine. Try again"),
    ],
)
def test_an_answer_without_a_stack_is_told(status: int, body: bytes, message: str) -> None:
    with pytest.raises(CommandError) as caught:
        found(DescribeStacks__brine=(status, body))
    assert str(caught.value) == message


def test_an_address_names_the_permission_of_each_operation() -> None:
    address = AdminAddress.of(StackOutputs(f"{ACCOUNT}/brine/0f", {"AdminUrl": URL}))
    assert (address.url, address.path, address.stack, address.account) == (
        "https://a1b2.execute-api.eu-central-1.amazonaws.com",
        "/_brine",
        "brine",
        "111122223333",
    )
    own = "arn:aws:execute-api:eu-central-1:111122223333:a1b2/*/POST/_brine/purge"
    assert address.permission("POST", "purge") == own
    behind = AdminAddress.of(StackOutputs(address.arn, {"AdminUrl": "https://cache.example.com/shop/_brine"}))
    assert (behind.url, behind.path) == ("https://cache.example.com/shop", "/shop/_brine")
    assert behind.permission("GET", "stored") == "arn:aws:execute-api:eu-central-1:111122223333:*/*/GET/_brine/stored"


def test_the_name_of_an_emulator_s_api_is_this_machine() -> None:
    address = AdminAddress.of(StackOutputs("arn", {"AdminUrl": "http://a1.execute-api.localhost:4566/_brine"}))
    assert (str(address.reached), address.origin.authority) == (
        "http://127.0.0.1:4566",
        "a1.execute-api.localhost:4566",
    )


def test_an_output_that_is_no_url_is_told() -> None:
    with pytest.raises(CommandError, match=r"^the output AdminUrl is none, which is no URL\. Deploy the stack again$"):
        AdminAddress.of(StackOutputs("arn", {"AdminUrl": "none"}))
