"""The settings of a function, read once from its environment and checked. docs/settings.md explains each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

INLINE_LIMIT_CEILING = 350_000  # bytes; a DynamoDB item may have 400 KB, with all names and attributes

LONGEST_PURGE_DELTA = 3600  # seconds
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """The settings that purging needs. `routes` and `types` are the paths of routes.toml and types.toml.

    `environment` is the whole mapping: routes.toml reads `${NAME}` from it, and the AWS adapters their credentials.
    """

    table: str
    region: str
    routes: Path | None = None
    types: Path | None = None
    endpoint_url: str | None = None
    environment: Mapping[str, str] = field(repr=False)

    @property
    def is_on_emulator(self) -> bool:
        """Return whether the endpoint is an emulator's: plain http. AWS endpoints, private ones too, are https."""
        return self.endpoint_url is not None and self.endpoint_url.startswith("http://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> CacheSettings:
        """Return the checked settings. Raises ConfigError, which names one variable and shows no other value."""
        return cls(
            table=_text(environment, "BRINE_TABLE", "the name of the DynamoDB table of stored responses"),
            region=_text(environment, "AWS_REGION", "the AWS region of the table, such as eu-central-1"),
            routes=_path(environment, "BRINE_ROUTES"),
            types=_path(environment, "BRINE_TYPES"),
            endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
            environment=environment,
        )


@dataclass(frozen=True, kw_only=True)
class Settings(CacheSettings):
    """The settings of a gateway, a refresher, an exchange or a results cache. Sizes are in bytes, times in seconds.

    signing_keys_secret: the name or ARN of the secret with this function's keyring.
    signing_keys: the keyring's JSON text, used instead of the secret, for emulators without Secrets Manager.
    namespace: the part of the table and the bucket where this function keeps its results.
    refresh_queue: the URL of the queue of refresh requests.
    channels: the path of channels.toml, for the exchange.
    emulated_principal: the caller of requests without a verified principal, on an emulator.
    """

    bucket: str
    signing_keys_secret: str
    signing_keys: str | None = field(default=None, repr=False)
    namespace: str | None = None
    refresh_queue: str | None = None
    inline_limit: int = 32_768
    l1_bytes: int = 33_554_432
    l1_entry_bytes: int = 2_097_152
    max_response_body: int = 67_108_864
    purge_delta: float = 1.0
    channels: Path | None = None
    emulated_principal: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Return the checked settings. Raises ConfigError, which names one variable and shows no other value."""
        signing_keys = environment.get("BRINE_SIGNING_KEYS") or None
        secret = environment.get("BRINE_SIGNING_KEYS_SECRET") or ""
        if signing_keys is None and not secret:
            raise ConfigError(
                "the environment variable BRINE_SIGNING_KEYS_SECRET is not set: give it the name or ARN of the secret "
                "with this function's own keyring, which its role may read (docs/settings.md)"
            )
        return cls(
            **vars(CacheSettings.from_environment(environment)),
            bucket=_text(environment, "BRINE_BUCKET", "the name of the S3 bucket of large bodies"),
            signing_keys_secret=secret,
            signing_keys=signing_keys,
            namespace=environment.get("BRINE_NAMESPACE") or None,
            refresh_queue=environment.get("BRINE_REFRESH_QUEUE") or None,
            inline_limit=_bytes(environment, "BRINE_INLINE_LIMIT", cls.inline_limit, ceiling=INLINE_LIMIT_CEILING),
            l1_bytes=_bytes(environment, "BRINE_L1_BYTES", cls.l1_bytes),
            l1_entry_bytes=_bytes(environment, "BRINE_L1_ENTRY_BYTES", cls.l1_entry_bytes),
            max_response_body=_bytes(environment, "BRINE_MAX_RESPONSE_BODY", cls.max_response_body),
            purge_delta=_seconds(environment, "BRINE_PURGE_DELTA", cls.purge_delta),
            channels=_path(environment, "BRINE_CHANNELS"),
            emulated_principal=environment.get("BRINE_EMULATED_PRINCIPAL") or None,
        )


def _text(environment: Mapping[str, str], name: str, meaning: str) -> str:
    value = environment.get(name)
    if not value:
        raise ConfigError(f"the environment variable {name} is not set: give it {meaning} (docs/settings.md)")
    return value


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name)
    return Path(text) if text else None


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if not text:
        return default
    if not _DECIMAL.fullmatch(text) or float(text) > LONGEST_PURGE_DELTA:
        raise ConfigError(f"{name} is {text!r}: write a number of seconds from 0 to {LONGEST_PURGE_DELTA}, such as 1.5")
    return float(text)


def _bytes(environment: Mapping[str, str], name: str, default: int, *, ceiling: int = 2**40) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) > ceiling:
        raise ConfigError(f"{name} is {text!r}: write a whole number of bytes from 0 to {ceiling}, such as {default}")
    return int(text)
