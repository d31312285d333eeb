"""Composes the rotation of keyrings from a function's environment, or from that of an operator."""

from __future__ import annotations

import secrets
import string
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine.adapters.aws.secret_versions import AwsSecretVersions
from brine.adapters.http1.client import HttpClient
from brine.bootstrap.common import connect_aws
from brine.service.keys.key_removal import KeyRemoval
from brine.service.keys.key_rotation import KeyRotation
from brine.settings import CacheSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine.adapters.aws.service import Aws

_CHARACTERS: Final = string.ascii_letters + string.digits
_LENGTH: Final = 64
"""381 bits, as in the secrets that template.yaml has generated."""


def new_secret() -> str:
    """Return the secret of a new key."""
    return "".join(secrets.choice(_CHARACTERS) for _ in range(_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotator:
    """Makes the rotations and removals of secrets, by their names or ARNs."""

    aws: Aws
    keep_days: float
    clock: Callable[[], float] = time.time

    def rotation(self, secret_id: str) -> KeyRotation:
        """Return the rotation of a secret. It calls no service yet."""
        return KeyRotation(
            versions=AwsSecretVersions(self.aws, secret_id),
            clock=self.clock,
            new_secret=new_secret,
            keep_days=self.keep_days,
        )

    def removal(self, secret_id: str) -> KeyRemoval:
        """Return the removal of keys of a secret. It calls no service yet."""
        return KeyRemoval(versions=AwsSecretVersions(self.aws, secret_id), clock=self.clock, new_secret=new_secret)


def build_rotator(
    environment: Mapping[str, str], client: HttpClient | None = None, *, clock: Callable[[], float] = time.time
) -> Rotator:
    """Return the rotator for secrets in the region of the environment. Raises ConfigError.

    It opens no connection yet. `client` makes the connections of the lean client; the caller that passes one must close
    it. `clock` returns seconds since 1970.
    """
    settings = CacheSettings.from_environment(environment)
    aws = connect_aws(settings, client or HttpClient())
    return Rotator(aws=aws, keep_days=settings.key_keep_days, clock=clock)
