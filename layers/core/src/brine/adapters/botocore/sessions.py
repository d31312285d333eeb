"""Sessions of boto3 and botocore: Brine's own, or one of the caller."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_NO_REGION: Final = "there is no AWS region: set AWS_REGION, or give your AWS profile or your session a region"
_NO_CREDENTIALS: Final = (
    "botocore finds no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile by "
    "AWS_PROFILE, or log in, for example with `aws sso login`"
)


def own_session(environment: Mapping[str, str]) -> Session:
    """Return a new session. Access keys and AWS_PROFILE in `environment` come before what botocore finds itself.

    Raises ConfigError for half an access key. Otherwise the credentials of the process would take its place.
    """
    session = Session()
    if environment is os.environ:  # botocore reads it itself, and follows its changes
        return session
    access_key, secret_key, token = (environment.get(name) or None for name in _KEYS)
    if (access_key is None) != (secret_key is None):
        raise ConfigError(f"{_KEYS[0]} and {_KEYS[1]} belong together: one of them is not set")
    if access_key and secret_key:
        session.set_credentials(access_key, secret_key, token)
    elif environment.get("AWS_PROFILE"):
        session.set_config_variable("profile", environment["AWS_PROFILE"])
    return session


def check_session(session: Any) -> None:
    """Raise ConfigError if the object is no session of boto3 or botocore."""
    if not hasattr(session, "get_credentials") or _factory(session) is None:
        raise ConfigError(f"session is {session!r}: pass a boto3.Session or a botocore.session.Session")


def region_of(session: Any) -> str | None:
    """Return the region of a session, or None. Raises ConfigError, such as for an unknown profile."""
    try:
        if hasattr(session, "region_name"):
            region: str | None = session.region_name
            return region
        configured: str | None = session.get_config_variable("region")
    except BotoCoreError as error:
        raise ConfigError(str(error)) from None
    return configured


def check_access(session: Any, region: str | None) -> str:
    """Return the region. Raises ConfigError if there is none, or if the session finds no credentials."""
    if not region:
        raise ConfigError(_NO_REGION)
    try:
        credentials = session.get_credentials()
    except (BotoCoreError, ClientError) as error:
        raise ConfigError(f"AWS credentials: {error}") from None
    if credentials is None:
        raise ConfigError(_NO_CREDENTIALS)
    return region


def create_client(session: Any, service: str, **options: Any) -> Any:
    """Return a client of the SDK. Raises ConfigError for settings that botocore refuses."""
    factory = _factory(session)
    if factory is None:
        raise TypeError("not a session")
    try:
        return factory(service, **options)
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"botocore makes no client of {service}: {error}") from None


def _factory(session: Any) -> Any:
    """Return the method that makes clients: boto3 has `client`, botocore `create_client`."""
    return getattr(session, "client", None) or getattr(session, "create_client", None)
