"""The common steps of all compositions: the AWS account, the keyrings, the declared types, configuration files."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from brine.adapters.aws.lean import LeanTransport
from brine.adapters.aws.moto_mock import active_stubber
from brine.adapters.aws.secrets import SecretText
from brine.adapters.aws.service import Aws
from brine.adapters.aws.signing.credentials import AwsCredentials
from brine.errors import ConfigError
from brine_codec import BadKeyring, Keyring, KeyringSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from brine.adapters.aws.signing.credentials import CredentialSource
    from brine.adapters.aws.transport import AwsTransport
    from brine.adapters.http1.client import HttpClient
    from brine.domain.formats.allowed_types import Declarations
    from brine.settings import CacheSettings, Settings

EMULATOR_SLOWNESS: Final = 10.0
"""Factor for time budgets on an emulator. moto serves one caller at a time: a hundred at once wait for seconds."""


def connect_aws(settings: CacheSettings, client: HttpClient, session: object | None = None) -> Aws:
    """Return the access to AWS, by the client that the settings choose. Raises ConfigError.

    It opens no connection, except that botocore may look for credentials. `client` makes the connections of the lean
    client. `session`: a session of boto3 or botocore, for botocore.
    """
    _reseed_after_restore(settings.environment)
    slowness = EMULATOR_SLOWNESS if is_emulated(settings) else 1.0
    return Aws(transport=_transport(settings, client, session), slowness=slowness)


def _reseed_after_restore(environment: Mapping[str, str]) -> None:
    """With SnapStart, let each environment draw its own random numbers. They all begin from one snapshot of the memory.

    Names and nonces come from the operating system, which gives each environment its own anyway.
    """
    if environment.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        from snapshot_restore_py import register_after_restore  # noqa: PLC0415 - of Lambda's runtime, with SnapStart only

        register_after_restore(random.seed)


def _transport(settings: CacheSettings, client: HttpClient, session: object | None) -> AwsTransport:
    if settings.aws_client == "botocore":
        from brine.bootstrap.botocore_transport import botocore_transport  # noqa: PLC0415 - no function in Lambda needs it

        return botocore_transport(settings, session)
    return LeanTransport(
        region=settings.region,
        credentials=credential_source(settings.environment),
        client=client,
        endpoints=settings.endpoints,
    )


def credential_source(environment: Mapping[str, str]) -> CredentialSource:
    """Return what gives the lean client its credentials. Raises ConfigError.

    Lambda sets an access key. With SnapStart it sets AWS_CONTAINER_CREDENTIALS_FULL_URI instead, because a key in a
    snapshot would be an old one.
    """
    if environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") and not environment.get("AWS_ACCESS_KEY_ID"):
        from brine.adapters.aws.signing.container_credentials import ContainerCredentials  # noqa: PLC0415 - see above

        return ContainerCredentials.from_environment(environment)
    credentials = AwsCredentials.from_environment(environment)
    return lambda: credentials


def is_emulated(settings: CacheSettings) -> bool:
    """Return whether AWS is an emulator, or moto's mock in this process."""
    return settings.is_on_emulator or active_stubber() is not None


def own_keyring(settings: Settings, aws: Aws) -> Keyring | KeyringSource:
    """Return the keyring of BRINE_SIGNING_KEYS, or else of the secret, which is loaded at its first use.

    Raises ConfigError.
    """
    if settings.signing_keys is None:
        return KeyringSource(SecretText(aws, settings.signing_keys_secret))
    return _written_keyring(settings.signing_keys, "BRINE_SIGNING_KEYS")


def shared_keyring(settings: CacheSettings, aws: Aws, keys: str, where: str) -> Keyring | KeyringSource:
    """Return a keyring that other services have too. Raises ConfigError.

    keys: the name or ARN of a secret, or, on an emulator only, the keyring's JSON text. where: names it in errors.
    """
    if not keys.startswith("{"):
        return KeyringSource(SecretText(aws, keys))
    if not is_emulated(settings):
        raise ConfigError(f"{where} must be the name or ARN of a secret: only emulators take a keyring written out")
    return _written_keyring(keys, where)


def _written_keyring(text: str, where: str) -> Keyring:
    """Return the keyring of a JSON text. Raises ConfigError, which shows no part of the text."""
    try:
        return Keyring.from_json(text)
    except BadKeyring as error:
        raise ConfigError(f"{where}: {error}") from None


def build_declarations(settings: CacheSettings) -> Declarations:
    """Return the declared classes of BRINE_TYPES, or none without it. Raises ConfigError."""
    from brine.adapters.config.types import parse_types  # noqa: PLC0415 - no cache hit needs it, and it imports typing

    if settings.types is None:
        return parse_types("")
    text, source = read_configuration("types", settings.types)
    return parse_types(text, source=source)


def read_configuration(kind: str, path: Path) -> tuple[str, str]:
    """Return the text of a configuration file and its name for errors. Raises ConfigError with the kind and the path.

    For `routes.toml`, the files `routes.d/*.toml` beside it follow, sorted by name. Other layers may bring them.
    """
    files = [path, *sorted(path.with_suffix(".d").glob("*.toml"))]
    names = (file.relative_to(path.parent).as_posix() for file in files)
    return "\n".join(_text(kind, file) for file in files), ", ".join(names)


def _text(kind: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the {kind} file {path} cannot be read: {error}") from None


def emulated_principal(settings: Settings) -> str | None:
    """Return the emulated principal, or None. Only an emulator, which verifies no signatures, has one.

    Raises ConfigError.
    """
    if settings.emulated_principal is None or not is_emulated(settings):
        return None
    from brine.domain.routing.principal import is_principal  # noqa: PLC0415 - for emulators only

    if not is_principal(settings.emulated_principal):
        raise ConfigError(
            f"BRINE_EMULATED_PRINCIPAL is {settings.emulated_principal!r}, which is no principal: write user/NAME or "
            "role/NAME"
        )
    return settings.emulated_principal
