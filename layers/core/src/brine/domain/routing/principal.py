"""Principals: names of AWS callers for channels and envelopes.

They are `user/NAME` and `role/NAME`, without the path of a user or the session of a role, `federated-user/NAME` and
`root`. A principal of another account has that account and a colon in front.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ARN = re.compile(
    r"arn:[a-z-]+:(?:iam|sts)::(?P<account>[0-9]{12}):"
    r"(?:(?P<kind>user|federated-user|assumed-role)/(?P<name>[^*\s]+)|(?P<root>root))"
)
_NAME = re.compile(r"(?:[0-9]{12}:)?(?:(?:user|role|federated-user)/[\w+=,.@-]+|root)", re.ASCII)


def principal_name(arn: str, account: str) -> str | None:
    """Return the name of the principal with this ARN, as seen from `account`; None for any other ARN."""
    match = _ARN.fullmatch(arn)
    if match is None:
        return None
    if match["root"] is not None:
        name = "root"
    elif match["kind"] == "assumed-role":  # assumed-role/ROLE/SESSION: the caller chooses the session
        name = f"role/{match['name'].partition('/')[0]}"
    else:  # user/PATH/NAME: names are unique without their path
        name = f"{match['kind']}/{match['name'].rpartition('/')[2]}"
    name = name if match["account"] == account else f"{match['account']}:{name}"
    return name if is_principal(name) else None


def is_principal(text: str) -> bool:
    """Return whether the text is the name of a principal."""
    return _NAME.fullmatch(text) is not None


def is_covered(principal: str, patterns: Iterable[str]) -> bool:
    """Return whether one of the patterns matches the name. `*` stands for any text."""
    return any(_compiled(pattern).fullmatch(principal) for pattern in patterns)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
