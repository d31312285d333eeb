"""The permissions of the template's roles, decided as IAM does it, as far as they use it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tests.template.stack import Stack

LEADING_KEYS = "dynamodb:LeadingKeys"


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The statements of a stack whose parameters have their defaults, so without those behind a condition."""
    for policy in role["Policies"]:
        yield from (one for one in policy["PolicyDocument"]["Statement"] if "Fn::If" not in one)


def actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def resources(statement: dict[str, Any]) -> list[Any]:
    return statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]


def leading_keys(statement: dict[str, Any]) -> list[str]:
    """The patterns of partition keys that a statement is confined to; none when it is not."""
    patterns = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get(LEADING_KEYS, [])
    return [patterns] if isinstance(patterns, str) else patterns


@dataclass(frozen=True, slots=True)
class TableRights:
    """A role's permissions for the items of the table: for each statement its actions, and its patterns of keys."""

    grants: tuple[tuple[frozenset[str], tuple[str, ...]], ...]

    @classmethod
    def of(cls, stack: Stack, role: str) -> Self:
        grants = [
            (frozenset(actions(statement)), tuple(leading_keys(statement)))
            for statement in statements(stack.of_type("AWS::IAM::Role")[role])
            if any(action.startswith("dynamodb:") for action in actions(statement))
        ]
        return cls(tuple(grants))

    def allow(self, action: str, keys: Collection[str]) -> bool:
        """Whether one statement allows the action on all of these partition keys."""
        return any(
            action in allowed and all(any(fnmatchcase(key, pattern) for pattern in patterns) for key in keys)
            for allowed, patterns in self.grants
        )

    def patterns(self, *wanted: str) -> set[str]:
        """The patterns of keys with which any of these actions is allowed."""
        return {pattern for allowed, patterns in self.grants for pattern in patterns if allowed.intersection(wanted)}


def checks(operation: str, asked: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """IAM's checks of a request to DynamoDB: actions, each with its partition keys. A transaction has many."""
    match operation:
        case "TransactWriteItems":
            writes = [(kind, part) for write in asked["TransactItems"] for kind, part in write.items()]
            return [check for kind, part in writes for check in checks(f"{kind}Item", part)]
        case "BatchGetItem":
            [request] = asked["RequestItems"].values()
            return [("dynamodb:BatchGetItem", [key["pk"]["S"] for key in request["Keys"]])]
        case _:
            return [(f"dynamodb:{operation}", [asked["Item" if operation == "PutItem" else "Key"]["pk"]["S"]])]


def overlap(one: str, other: str) -> bool:
    """Whether a key may match both patterns, each of which ends with its only wildcard, or has none."""
    ends = [pattern.endswith("*") for pattern in (one, other)]
    bare = [pattern.removesuffix("*") for pattern in (one, other)]
    if not any(ends):
        return one == other
    if all(ends):
        return bare[0].startswith(bare[1]) or bare[1].startswith(bare[0])
    whole, prefix = (bare[0], bare[1]) if ends[1] else (bare[1], bare[0])
    return whole.startswith(prefix)
