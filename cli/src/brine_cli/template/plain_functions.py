"""The intrinsic functions of CloudFormation that depend on their arguments only. All arguments are resolved."""

from __future__ import annotations

import base64
import ipaddress
import json
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_cli.template.document import Node

_DEFAULT_CIDR_BITS = 8


def _join(argument: Node) -> str:
    separator, parts = argument
    return str(separator).join(str(part) for part in parts)


def _select(argument: Node) -> Node:
    index, parts = argument
    return parts[int(index)]


def _split(argument: Node) -> list[str]:
    separator, text = argument
    return list(text.split(separator))


def _equals(argument: Node) -> bool:
    left, right = argument
    return str(left) == str(right)


def _cidr(argument: Node) -> list[str]:
    """Return the first smaller blocks of a block of addresses, each with so many bits for the addresses in it."""
    block, wanted, *bits = argument
    network = ipaddress.ip_network(block)
    length = network.max_prefixlen - int(bits[0] if bits else _DEFAULT_CIDR_BITS)
    return [str(one) for one in islice(network.subnets(new_prefix=length), int(wanted))]


PLAIN_FUNCTIONS: Final[Mapping[str, Callable[[Node], Node]]] = {
    "Fn::And": all,
    "Fn::Base64": lambda text: base64.b64encode(text.encode()).decode(),
    "Fn::Cidr": _cidr,
    "Fn::Equals": _equals,
    "Fn::Join": _join,
    "Fn::Length": len,
    "Fn::Not": lambda argument: not argument[0],
    "Fn::Or": any,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::ToJsonString": lambda node: json.dumps(node, separators=(",", ":")),
}
"""By name. A wrong argument raises TypeError, ValueError, IndexError or AttributeError."""
