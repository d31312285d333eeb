"""Finds the values of authorizers that only AWS knows, such as the issuer that is a user pool of the template.

The twin makes no user pools. It takes `!Ref UserPool` for the text UserPool, which is no issuer of any token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from brine_cli.template.document import Node

_IN_SUB = re.compile(r"\$\{([^}!.]+)(?:\.[^}]*)?\}")


def without_unknown_issuers(auth: Node, declared: Node, resources: Container[str]) -> tuple[Node, list[str]]:
    """Return the resolved `Auth` of an API without issuers and audiences that are resources; and a line for each.

    declared: the same `Auth` as it is in the template. resources: the logical ids of the template.
    """
    lines: list[str] = []
    authorizers = dict(auth.get("Authorizers") or {})
    for name, authorizer in authorizers.items():
        own = (declared.get("Authorizers") or {}).get(name) if isinstance(declared, dict) else None
        configuration = own.get("JwtConfiguration") if isinstance(own, dict) else None
        if not isinstance(configuration, dict):
            continue
        unknown = {key for key, value in configuration.items() if any(one in resources for one in _referenced(value))}
        if unknown:
            kept = {key: value for key, value in authorizer["JwtConfiguration"].items() if key not in unknown}
            authorizers[name] = {**authorizer, "JwtConfiguration": kept}
            what = " and ".join(sorted((key.lower() for key in unknown), reverse=True))
            lines.append(
                f"AWS makes the {what} of the authorizer {name}: the local twin accepts tokens with any {what}"
            )
    return {**auth, "Authorizers": authorizers}, lines


def _referenced(node: Node) -> Iterator[str]:
    """Yield the logical ids that a value refers to."""
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from _IN_SUB.findall(text)
        case {"Fn::Sub": [str(text), dict(values)]}:
            yield from (name for name in _IN_SUB.findall(text) if name not in values)
            yield from _referenced(values)
        case dict():
            for value in node.values():
                yield from _referenced(value)
        case list():
            for value in node:
                yield from _referenced(value)
        case _:
            pass
