"""What compositions begin with: the account side of AWS, the gateway's own keys, and the declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from brine.adapters.aws.credentials import AwsCredentials
from brine.adapters.aws.secrets import SecretText
from brine.adapters.aws.service import Aws
from brine.errors import ConfigError
from brine_codec import BadKeyring, Keyring, KeyringSource

if TYPE_CHECKING:
    from pathlib import Path

    from brine.adapters.http1.client import HttpClient
    from brine.domain.formats.allowed_types import Declarations
    from brine.settings import CacheSettings, Settings

EMULATOR_SLOWNESS: Final = 10.0
"""moto makes its callers queue up: a hundred at once wait for seconds, where DynamoDB takes milliseconds."""


def connect_aws(settings: CacheSettings, client: HttpClient) -> Aws:
    """The account side of every call. Nothing is connected yet. Raises ConfigError."""
    return Aws(
        region=settings.region,
        credentials=AwsCredentials.from_environment(settings.environment),
        client=client,
        endpoint_url=settings.endpoint_url,
        slowness=EMULATOR_SLOWNESS if settings.is_on_emulator else 1.0,
    )


def own_keyring(settings: Settings, aws: Aws) -> Keyring | KeyringSource:
    """The keys of the environment where it has some, else those of the secret, loaded when they are first needed."""
    if settings.signing_keys is None:
        return KeyringSource(SecretText(aws, settings.signing_keys_secret))
    return _written_keyring(settings.signing_keys, "BRINE_SIGNING_KEYS")


def shared_keyring(settings: CacheSettings, aws: Aws, keys: str, where: str) -> Keyring | KeyringSource:
    """The keyring that others have too: of a secret, by its name or ARN, or written out, which only emulators take.

    Raises ConfigError.
    """
    if not keys.startswith("{"):
        return KeyringSource(SecretText(aws, keys))
    if not settings.is_on_emulator:
        raise ConfigError(f"{where} must be the name or ARN of a secret: only emulators take a keyring written out")
    return _written_keyring(keys, where)


def _written_keyring(text: str, where: str) -> Keyring:
    """The keyring that is written out. Raises ConfigError, which shows none of it."""
    try:
        return Keyring.from_json(text)
    except BadKeyring as error:
        raise ConfigError(f"{where}: {error}") from None


def build_declarations(settings: CacheSettings) -> Declarations:
    """The classes that may pass through: those of BRINE_TYPES, or none. Raises ConfigError."""
    from brine.adapters.config.types import parse_types  # noqa: PLC0415 - no cache hit needs it, and it brings typing

    if settings.types is None:
        return parse_types("")
    return parse_types(read_file("types", settings.types), source=settings.types.name)


def read_file(kind: str, path: Path) -> str:
    """The text of a file of this kind. Raises ConfigError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the {kind} file {path} cannot be read: {error}") from None


def emulated_principal(settings: Settings) -> str | None:
    """Who calls on an emulator where nobody is verified. On AWS nobody stands in for anybody."""
    if settings.emulated_principal is None or not settings.is_on_emulator:
        return None
    from brine.domain.routing.principal import is_principal  # noqa: PLC0415 - for emulators only

    if not is_principal(settings.emulated_principal):
        raise ConfigError("BRINE_EMULATED_PRINCIPAL is no name of a principal, such as user/NAME")
    return settings.emulated_principal
