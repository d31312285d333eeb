"""Settings: what the environment says, read once and checked. docs/settings.md has every one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

INLINE_LIMIT_CEILING = 350_000  # a DynamoDB item may have 400 KB, its names and our other attributes included

LONGEST_PURGE_DELTA = 3600
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """Where the cache is, and whose: enough to purge. A gateway has `routes`.

    `environment` is the whole mapping: routes.toml takes `${NAME}` from it, and the AWS adapters their credentials.
    """

    table: str
    region: str
    routes: Path | None = None
    types: Path | None = None
    endpoint_url: str | None = None
    environment: Mapping[str, str] = field(repr=False)

    @property
    def is_on_emulator(self) -> bool:
        """Whether AWS is an emulator, told by its URL: real endpoints, private ones too, are https."""
        return self.endpoint_url is not None and self.endpoint_url.startswith("http://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> CacheSettings:
        """Read and check. Raises ConfigError that names the variable, never its neighbours."""
        return cls(
            table=_text(environment, "BRINE_TABLE"),
            region=_text(environment, "AWS_REGION"),
            routes=_path(environment, "BRINE_ROUTES"),
            types=_path(environment, "BRINE_TYPES"),
            endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
            environment=environment,
        )


@dataclass(frozen=True, kw_only=True)
class Settings(CacheSettings):
    """A gateway's settings. Sizes are bytes, times seconds. `refresh_queue` is a URL.

    `channels` is the exchange's; `emulated_principal` is who calls it on an emulator that verifies nobody.

    `signing_keys_secret` names the secret with the keyring of this function and of those it trusts. `namespace` is the
    part of the table where code keeps its results. `signing_keys`, the keyring's JSON text, goes before the secret of
    that name: where there is no Secrets Manager.
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
        """Read and check. Raises ConfigError that names the variable, never its neighbours."""
        signing_keys = environment.get("BRINE_SIGNING_KEYS") or None
        secret = environment.get("BRINE_SIGNING_KEYS_SECRET") or ""
        if signing_keys is None and not secret:
            raise ConfigError(
                "the environment variable BRINE_SIGNING_KEYS_SECRET is not set: give it the name or ARN of the secret "
                "with this function's own keyring, which its role may read (docs/settings.md)"
            )
        return cls(
            table=_text(environment, "BRINE_TABLE"),
            bucket=_text(environment, "BRINE_BUCKET"),
            signing_keys_secret=secret,
            signing_keys=signing_keys,
            region=_text(environment, "AWS_REGION"),
            routes=_path(environment, "BRINE_ROUTES"),
            types=_path(environment, "BRINE_TYPES"),
            namespace=environment.get("BRINE_NAMESPACE") or None,
            refresh_queue=environment.get("BRINE_REFRESH_QUEUE") or None,
            inline_limit=_bytes(environment, "BRINE_INLINE_LIMIT", cls.inline_limit, ceiling=INLINE_LIMIT_CEILING),
            l1_bytes=_bytes(environment, "BRINE_L1_BYTES", cls.l1_bytes),
            l1_entry_bytes=_bytes(environment, "BRINE_L1_ENTRY_BYTES", cls.l1_entry_bytes),
            max_response_body=_bytes(environment, "BRINE_MAX_RESPONSE_BODY", cls.max_response_body),
            purge_delta=_seconds(environment, "BRINE_PURGE_DELTA", cls.purge_delta),
            channels=_path(environment, "BRINE_CHANNELS"),
            emulated_principal=environment.get("BRINE_EMULATED_PRINCIPAL") or None,
            endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
            environment=environment,
        )


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise ConfigError(f"the environment variable {name} is not set")
    return value


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    text = environment.get(name)
    return Path(text) if text else None


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if not text:
        return default
    if not _DECIMAL.fullmatch(text) or float(text) > LONGEST_PURGE_DELTA:
        raise ConfigError(f"{name} must be a number of seconds, at most {LONGEST_PURGE_DELTA}; it is {text!r}")
    return float(text)


def _bytes(environment: Mapping[str, str], name: str, default: int, *, ceiling: int = 2**40) -> int:
    text = environment.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or int(text) > ceiling:
        raise ConfigError(f"{name} must be a number of bytes, at most {ceiling}; it is {text!r}")
    return int(text)
