"""The principals of signed requests. Any access key id is valid, and names its principal.

NAME is the user of that name, SESSION@ROLE a session of an assumed role. All have the same secret.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Self

from brine_cli.template.intrinsics import ACCOUNT

SECRET = "test"  # noqa: S105  (not a secret: every caller may use it)
_NAME = re.compile(r"[A-Za-z0-9+=._-]{1,64}")  # the names that IAM allows, without "@" and ","


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A user, or a session of an assumed role, as IAM would describe it."""

    access_key: str
    arn: str
    id: str

    @classmethod
    def of(cls, access_key: str) -> Self | None:
        """Return the principal with this access key id, or None if the id is not of this form."""
        name, at, role = access_key.partition("@")
        if not _NAME.fullmatch(name) or (at and not _NAME.fullmatch(role)):
            return None
        if not at:
            return cls(access_key=access_key, arn=f"arn:aws:iam::{ACCOUNT}:user/{name}", id=_unique_id("AIDA", name))
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"
        return cls(access_key=access_key, arn=arn, id=f"{_unique_id('AROA', role)}:{name}")

    @property
    def claims(self) -> dict[str, str | None]:
        """The value of `requestContext.authorizer.iam` in an event."""
        return {
            "accessKey": self.access_key,
            "accountId": ACCOUNT,
            "callerId": self.id,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": self.arn,
            "userId": self.id,
        }


def _unique_id(prefix: str, name: str) -> str:
    """Return an id in the form of IAM. It is always the same for a name."""
    return prefix + base64.b32encode(hashlib.sha256(name.encode()).digest())[:17].decode()
