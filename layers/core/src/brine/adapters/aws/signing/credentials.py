"""Credentials for calls to AWS, and where a function gets them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type CredentialSource = Callable[[], AwsCredentials]
    """Returns the credentials of this moment. Raises ExchangeError if there are none."""


@dataclass(frozen=True, slots=True)
class AwsCredentials:
    """An access key, its secret, and the session token of a temporary one."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> AwsCredentials:
        """Return the credentials that Lambda gives a function. They outlive its process. Raises ConfigError."""
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            if not environment.get(name):
                raise ConfigError(f"the environment variable {name} is not set")
        return cls(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment.get("AWS_SESSION_TOKEN") or None,
        )
