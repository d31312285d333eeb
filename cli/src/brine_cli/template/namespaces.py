"""Checks the roles of functions: a tag of the role names the part of the cache that the function may use.

(docs/decisions/0106-one-policy-for-all-functions-of-users.md)
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError
from brine_cli.template.document import properties_of
from brine_cli.template.functions import with_globals
from brine_cli.template.intrinsics import ignore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine_cli.template.document import Node
    from brine_cli.template.functions import Function
    from brine_cli.template.stacks import Stack

_VARIABLE = "BRINE_NAMESPACE"
_TAG = "BrineNamespace"
_POLICY, _ROLE = "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"
_USED = frozenset({"Policies", "Role", "Tags"})


def namespace_warnings(stacks: tuple[Stack, ...], functions: Mapping[str, Function]) -> Iterator[str]:
    """Yield a line for each function that AWS would refuse, because the tag of its role is not its namespace.

    Only roles with CachePolicy, or another managed policy of `stacks` that reads this tag, are checked.
    """
    policies = {
        name
        for stack in stacks
        for name, declared in stack.template.resources.items()
        if declared["Type"] == _POLICY and f"aws:PrincipalTag/{_TAG}" in str(declared)
    }
    for stack in stacks:
        for name in (one for one in stack.template.resources if one in functions):
            namespace = functions[name].environment.get(_VARIABLE)
            with suppress(TemplateError):  # another line names the mistake
                where, granted, tags = _role(stack, name)
                if namespace and policies & granted and tags.get(_TAG) != namespace:
                    found = f"has {tags[_TAG]}" if _TAG in tags else "is absent"
                    yield (
                        f"{name}: AWS would refuse its requests to the cache. Its {_VARIABLE} is {namespace}, but the "
                        f"tag {_TAG} of its role {found}. Add {_TAG}: {namespace} to the Tags of {where}"
                    )


def _role(stack: Stack, function: str) -> tuple[str, set[str], Mapping[str, str]]:
    """Return the resource that has the tags of a function's role, the managed policies of the role, and its tags."""
    own = with_globals(stack.template, stack.resolver, function, _USED, ignore)
    if "Role" not in own:  # SAM generates it, with the tags of the function
        return function, _texts(own.get("Policies")), own.get("Tags") or {}
    role = str(own["Role"]).removesuffix(".Arn")
    if stack.template.resources.get(role, {}).get("Type") != _ROLE:
        return role, set(), {}
    properties = properties_of(stack.resolver.resource(role, {"ManagedPolicyArns", "Tags"}) or {})
    tags = {str(tag.get("Key")): str(tag.get("Value")) for tag in properties.get("Tags") or []}
    return role, _texts(properties.get("ManagedPolicyArns")), tags


def _texts(policies: Node) -> set[str]:
    listed = policies if isinstance(policies, list) else [policies]
    return {policy for policy in listed if isinstance(policy, str)}
