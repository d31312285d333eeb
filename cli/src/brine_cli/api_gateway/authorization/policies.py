"""The IAM policies that Lambda authorizers return. Effect, Action and Resource count. A Condition is met."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTION: Final = "execute-api:Invoke"


class InvalidDecision(Exception):
    """API Gateway cannot use the answer of a Lambda authorizer, and answers 500. The message says why."""


def allows(policy: Any, arn: str) -> bool:
    """Return whether a policy document allows the call of a route: a statement allows it, and none denies it.

    arn: of the route, with the stage, the method and the path. Raises InvalidDecision if it is not a policy document.
    """
    effects = {statement["Effect"] for statement in _statements(policy, arn)}
    return "Allow" in effects and "Deny" not in effects


def has_condition(policy: Any, arn: str) -> bool:
    """Return whether a statement about this call has a Condition. Raises InvalidDecision."""
    return any("Condition" in statement for statement in _statements(policy, arn))


def _statements(policy: Any, arn: str) -> Iterator[dict[str, Any]]:
    """Yield the statements that are about this call."""
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        raise InvalidDecision("its policyDocument has no list of Statement")
    for statement in statements:
        if statement.get("Effect") not in {"Allow", "Deny"}:
            raise InvalidDecision("a Statement of its policyDocument has no Effect of Allow or Deny")
        if _is_about(statement, "Action", _ACTION, is_case_sensitive=False) and _is_about(statement, "Resource", arn):
            yield statement


def _is_about(statement: dict[str, Any], name: str, value: str, *, is_case_sensitive: bool = True) -> bool:
    for key, is_wanted in ((name, True), (f"Not{name}", False)):
        if key in statement:
            given = statement[key]
            patterns = given if isinstance(given, list) else [given]
            return any(_matches(str(one), value, is_case_sensitive=is_case_sensitive) for one in patterns) is is_wanted
    raise InvalidDecision(f"a Statement of its policyDocument has neither {name} nor Not{name}")


def _matches(pattern: str, value: str, *, is_case_sensitive: bool) -> bool:
    """Return whether a pattern with * and ? matches. A * also matches slashes."""
    expression = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    return re.fullmatch(expression, value, re.DOTALL | (0 if is_case_sensitive else re.IGNORECASE)) is not None
