"""Reads the outputs and the parameters of a deployed stack of Brine, also if another stack nests it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from brine.adapters.aws.call import RetryPolicy, ServiceCall
from brine.adapters.aws.errors import AwsError
from brine.adapters.aws.service import Service
from brine_cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from brine.adapters.aws.service import Aws

_VERSION: Final = "2010-05-15"
_LIMIT: Final = 4_000_000
"""Bytes of an answer. A page of a stack's resources has 1 MB at most."""
_NAMESPACE: Final = "{*}"
_STACK: Final = "AWS::CloudFormation::Stack"
_MARK: Final = "ResponseKeysArn"
"""The output by which Brine's own stack is found among nested ones."""


@dataclass(frozen=True, slots=True)
class StackFacts:
    """The outputs and the parameters of a stack, by their names."""

    outputs: dict[str, str]
    parameters: dict[str, str]


class BrineStacks:
    """The stacks of an account and region. Every method raises StoreError and CommandError."""

    def __init__(self, aws: Aws) -> None:
        policy = RetryPolicy(budget=20.0, connect_timeout=5.0, read_timeout=10.0)
        self._service = Service(aws, "cloudformation", policy)

    def find(self, name: str) -> StackFacts:
        """Return Brine's stack of this name, or the one that the stack of this name nests."""
        stacks = [name]
        for stack in stacks:
            facts = self._describe(stack)
            if _MARK in facts.outputs:
                return facts
            stacks += self._nested(stack)
        raise CommandError(
            f"the stack {name} is no stack of Brine, and nests none: no output is named {_MARK}. Give the name that "
            "`sam deploy` has"
        )

    def _describe(self, stack: str) -> StackFacts:
        try:
            answer = self._call("DescribeStacks", StackName=stack)
        except AwsError as error:
            if error.code == "ValidationError":
                raise CommandError(f"there is no stack {stack} in this region. Check --stack and --region") from None
            raise
        return StackFacts(
            _pairs(answer, "Outputs", "OutputKey", "OutputValue"),
            _pairs(answer, "Parameters", "ParameterKey", "ParameterValue"),
        )

    def _nested(self, stack: str) -> Iterator[str]:
        token: str | None = ""
        while token is not None:
            answer = self._call("ListStackResources", StackName=stack, **({"NextToken": token} if token else {}))
            for member in answer.iterfind(f".//{_NAMESPACE}StackResourceSummaries/{_NAMESPACE}member"):
                if _text(member, "ResourceType") == _STACK and (nested := _text(member, "PhysicalResourceId")):
                    yield nested
            token = answer.findtext(f".//{_NAMESPACE}NextToken")

    def _call(self, action: str, **parameters: str) -> Element:
        body = urlencode({"Action": action, "Version": _VERSION, **parameters}).encode("ascii")
        call = ServiceCall(
            name=action,
            method="POST",
            path="/",
            headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
            body=body,
            payload_hash=sha256(body).hexdigest(),
            max_answer=_LIMIT,
        )
        try:
            return ET.fromstring(self._service.send(call).body)  # noqa: S314 - of CloudFormation, over TLS
        except ET.ParseError as error:
            raise CommandError(f"the answer to {action} is no XML ({error}). Is this the endpoint of AWS?") from None


def _pairs(answer: Element, group: str, key: str, value: str) -> dict[str, str]:
    members = answer.iterfind(f".//{_NAMESPACE}{group}/{_NAMESPACE}member")
    return {_text(member, key): _text(member, value) for member in members}


def _text(member: Element, name: str) -> str:
    return member.findtext(f"{_NAMESPACE}{name}") or ""
