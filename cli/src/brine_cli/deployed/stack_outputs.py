"""Finds the admin API of a stack by its outputs: in CloudFormation, by the user's access to AWS."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from brine.adapters.aws.call import RetryPolicy, ServiceCall
from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.service import Service
from brine.errors import StoreError
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.adapters.aws.service import Aws

OUTPUT: Final = "AdminUrl"
"""The output of a stack with the URL of its admin API."""
_VERSION: Final = "2010-05-15"
_NESTED: Final = "AWS::CloudFormation::Stack"
_LIMIT: Final = 4_194_304
"""Bytes of an answer."""
_POLICY: Final = RetryPolicy(budget=20.0, connect_timeout=5.0, read_timeout=10.0)


@dataclass(frozen=True, slots=True)
class StackOutputs:
    """A stack: its ARN, and its outputs by their names."""

    arn: str
    outputs: Mapping[str, str]


class CloudFormation:
    """Reads stacks of one account and region. Every method raises CommandError."""

    def __init__(self, aws: Aws) -> None:
        self._service = Service(aws, "cloudformation", _POLICY)
        self._region = aws.transport.region

    def admin_stack(self, name: str) -> StackOutputs:
        """Return the stack of this name, or the one that it nests, that has the admin API."""
        stack = self._stack(name)
        if OUTPUT in stack.outputs:
            return stack
        nested = [one for one in map(self._stack, self._nested(name)) if OUTPUT in one.outputs]
        if len(nested) == 1:
            return nested[0]
        if not nested:
            raise CommandError(
                f"the stack {name} has no admin API: neither it nor a stack that it nests has the output {OUTPUT}. "
                "Deploy it with the template of this version of Brine"
            )
        names = ", ".join(one.arn.split("/")[1] for one in nested)
        raise CommandError(f"the stack {name} nests several stacks with an admin API. Name one of them: {names}")

    def _stack(self, name: str) -> StackOutputs:
        member = self._call("DescribeStacks", name).find("{*}DescribeStacksResult/{*}Stacks/{*}member")
        if member is None:
            raise CommandError(f"CloudFormation answered without the stack {name}. Try again")
        outputs = {
            one.findtext("{*}OutputKey", ""): one.findtext("{*}OutputValue", "")
            for one in member.findall("{*}Outputs/{*}member")
        }
        return StackOutputs(member.findtext("{*}StackId", ""), outputs)

    def _nested(self, name: str) -> Iterator[str]:
        """Yield the ARNs of the stacks that a stack nests."""
        token: str | None = ""
        while token is not None:
            answer = self._call("ListStackResources", name, **({"NextToken": token} if token else {}))
            result = answer.find("{*}ListStackResourcesResult")
            if result is None:
                return
            for one in result.findall("{*}StackResourceSummaries/{*}member"):
                if one.findtext("{*}ResourceType") == _NESTED and (arn := one.findtext("{*}PhysicalResourceId")):
                    yield arn
            token = result.findtext("{*}NextToken") or None

    def _call(self, operation: str, stack: str, **parameters: str) -> ET.Element:
        query = urlencode({"Action": operation, "Version": _VERSION, "StackName": stack, **parameters})
        call = ServiceCall(
            name=operation,
            method="POST",
            path="/",
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=query.encode(),
            payload_hash=sha256(query.encode()).hexdigest(),
            max_answer=_LIMIT,
        )
        try:
            return ET.fromstring(self._service.send(call).body)  # noqa: S314 - of AWS, over TLS
        except ET.ParseError:
            raise CommandError(
                f"{operation}: the answer is not that of CloudFormation. Check AWS_ENDPOINT_URL"
            ) from None
        except StoreError as error:
            raise self._failed(operation, stack, error) from None

    def _failed(self, operation: str, stack: str, error: StoreError) -> CommandError:
        if isinstance(error, AwsError) and error.code == "ValidationError":
            return CommandError(
                f"there is no stack {stack} in {self._region} in this account. Name its region with --region"
            )
        if isinstance(error, AwsError) and error.status == 403:
            return CommandError(
                f"the stack {stack} cannot be read: {error}. Allow cloudformation:{operation} on it to the user or "
                "role of these credentials, and check that they have not expired"
            )
        return CommandError(f"the stack {stack} cannot be read: {error}. Check the network and the region")
