"""Loads a keyring from a file or from a secret of AWS. No message shows a part of its text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine_cli.aws.access import access_environment
from brine_cli.desk.twin_choice import tell_if_foreign, twin_to_read
from brine_cli.errors import CommandError
from brine_cli.waiting import waiting
from brine_codec import BadKeyring, Keyring

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMIT: Final = 262_144
"""Bytes of an answer. A secret has at most 64 KB."""
_ARN: Final = "arn:"
_SECRET: Final = ":secretsmanager:"  # noqa: S105 - a part of the ARN of each secret
_SUFFIXES: Final = frozenset({".json", ".key", ".keys", ".txt"})
"""The ends of names that are files, and no names of secrets."""


@dataclass(frozen=True, slots=True)
class LoadedKeys:
    """A keyring. place: where it was loaded from. changed_at: when the secret got this text, in seconds since 1970."""

    keyring: Keyring = field(repr=False)
    place: str
    changed_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlace:
    """Where secrets are: at an emulator, in a region of AWS, or else in the running twin or the configured region."""

    endpoint_url: str | None = None
    region: str | None = None

    def load(self, where: str, environment: Mapping[str, str]) -> LoadedKeys:
        """Return the keyring in a file, or in the secret of this name or ARN. Raises CommandError.

        A secret of the running twin may have its logical id in the template as its name.
        """
        file = Path(where)
        if file.is_file():
            return _from_file(file)
        if file.suffix in _SUFFIXES and not where.startswith(_ARN):
            raise CommandError(f"{where}: no such file. Give --keys a file, or the name or ARN of a secret")
        endpoint_url, secret = self.endpoint_url, where
        if endpoint_url is None and self.region is None:
            endpoint_url, secret = _in_twin(where, environment)
        is_in_twin = endpoint_url is not None and self.endpoint_url is None
        place = f"the secret {where}{' of the running twin' if is_in_twin else ''}"
        access = access_environment(environment, endpoint_url=endpoint_url, region=self.region)
        try:
            return _from_secret(secret, place, access)
        except CommandError as error:
            if endpoint_url is not None or self.region is not None:
                raise
            raise CommandError(f"{error}{_secrets_of_twin(environment)}") from None


def _in_twin(where: str, environment: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the emulator and the name of a secret of the running twin. Otherwise, None and the name itself."""
    twin = twin_to_read(environment)
    if twin is None or not twin.aws_endpoint:
        return None, where
    name = twin.resources.get(where, where)
    if name not in twin.resources.values():
        return None, where
    tell_if_foreign(twin)
    return twin.aws_endpoint, name


def _secrets_of_twin(environment: Mapping[str, str]) -> str:
    """Return a sentence with the logical ids of the secrets of the running twin; "" without one."""
    twin = twin_to_read(environment)
    names = sorted(name for name, of_aws in (twin.resources if twin else {}).items() if _SECRET in of_aws)
    return f". The running twin has the secrets {', '.join(names)}" if names else ""


def _from_file(file: Path) -> LoadedKeys:
    try:
        text, changed_at = file.read_text(encoding="utf-8"), file.stat().st_mtime
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}. Check its permissions") from None
    except UnicodeError:
        text, changed_at = "", 0.0  # which is no JSON object either
    return LoadedKeys(_keyring(text, str(file)), str(file), changed_at)


def _keyring(text: str, place: str) -> Keyring:
    try:
        return Keyring.from_json(text)
    except BadKeyring as error:
        raise CommandError(
            f'{place}: {error}. A keyring is {{"1": "a secret of at least 32 characters"}} (docs/envelope-format.md)'
        ) from None


def _from_secret(secret: str, place: str, access: Mapping[str, str]) -> LoadedKeys:
    """Return the keyring in a secret. `access`: the environment for the client of AWS."""
    from brine.adapters.aws.call import RetryPolicy  # noqa: PLC0415 - a file needs no client of AWS
    from brine.adapters.aws.json_api import JsonApi  # noqa: PLC0415 - the same
    from brine.adapters.aws.service import Service  # noqa: PLC0415 - the same
    from brine.adapters.http1.client import HttpClient  # noqa: PLC0415 - the same
    from brine.bootstrap.common import connect_aws  # noqa: PLC0415 - the same
    from brine.errors import ConfigError, StoreError  # noqa: PLC0415 - the same
    from brine.settings import CacheSettings  # noqa: PLC0415 - the same

    try:
        settings = CacheSettings.from_environment({**access, "BRINE_TABLE": "-"})  # no table is used
        with waiting(f"reading {place}"), HttpClient() as client:
            policy = RetryPolicy(budget=20.0, connect_timeout=5.0, read_timeout=5.0)
            service = Service(connect_aws(settings, client), "secretsmanager", policy)
            api = JsonApi(service, "secretsmanager", "1.1", _LIMIT)
            document = json.loads(api.call("GetSecretValue", {"SecretId": secret, "VersionStage": "AWSCURRENT"}))
    except ConfigError as error:
        raise CommandError(f"{place} cannot be read, and no file has this name: {error}") from None
    except StoreError as error:
        raise CommandError(
            f"{place} cannot be read: {error}. Check its name, the region, and your permission "
            "secretsmanager:GetSecretValue"
        ) from None
    text, created = document.get("SecretString"), document.get("CreatedDate")
    if not isinstance(text, str):
        raise CommandError(f"{place} has no text. A keyring is a JSON text")
    return LoadedKeys(_keyring(text, place), place, created if isinstance(created, int | float) else None)
