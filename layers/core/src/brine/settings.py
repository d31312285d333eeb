"""The settings of a function, read once from its environment and checked. docs/settings.md explains each of them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from brine.adapters.aws.choice import chosen_client
from brine.adapters.aws.endpoints import Endpoints
from brine.domain.keys.times import KEY_KEEP_DAYS, LEAST_KEEP_DAYS
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from brine.adapters.aws.choice import AwsClientName

INLINE_LIMIT_CEILING = 350_000  # bytes; a DynamoDB item may have 400 KB, with all names and attributes

LONGEST_PURGE_DELTA = 3600  # seconds
LONGEST_KEY_KEEP_DAYS = 3650
MEANINGS: Final = {
    "BRINE_TABLE": "the name of the DynamoDB table of stored responses and results",
    "BRINE_BUCKET": "the name of the S3 bucket of large bodies",
    "BRINE_SIGNING_KEYS_SECRET": (
        "the name or ARN of the secret with this function's own keyring, which its role may read"
    ),
    "BRINE_NAMESPACE": (
        "the part of the table and the bucket that this function's role lets it use "
        "(docs/functions.md#deploy-it and docs/results-cache.md have such roles)"
    ),
    "BRINE_ROUTES": "the path of routes.toml",
    "BRINE_CHANNELS": "the path of channels.toml",
    "AWS_REGION": "the AWS region of the table, such as eu-central-1",
    "AWS_ACCESS_KEY_ID": (
        "an access key of AWS. Lambda sets it for the function's role; elsewhere, install boto3 to use profiles too"
    ),
    "AWS_SECRET_ACCESS_KEY": "the secret of that access key; Lambda sets it too",
}
"""The values that required variables take, for errors."""

_CREDENTIALS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class CacheSettings:
    """The settings that purging needs. `routes` and `types` are the paths of routes.toml and types.toml.

    region: the AWS region, or empty: then botocore finds it.
    aws_client: the client for AWS, `lean` or `botocore`.
    key_keep_days: for how many days a replaced key still opens.
    environment: the whole mapping. routes.toml reads `${NAME}` from it, and the lean client its credentials.
    """

    table: str
    region: str = ""
    aws_client: AwsClientName = "lean"
    routes: Path | None = None
    types: Path | None = None
    endpoint_url: str | None = None
    endpoints: Endpoints = field(default_factory=Endpoints)
    key_keep_days: int = KEY_KEEP_DAYS
    environment: Mapping[str, str] = field(repr=False)

    @property
    def is_on_emulator(self) -> bool:
        """Return whether the endpoint is an emulator's: plain http. AWS endpoints, private ones too, are https."""
        return self.endpoint_url is not None and self.endpoint_url.startswith("http://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, has_session: bool = False) -> CacheSettings:
        """Return the checked settings. Raises ConfigError, which names every missing variable and shows no value.

        has_session: the caller has a session of boto3 or botocore, so botocore is the client for AWS.
        """
        variables = _Variables(environment)
        members = _of_cache(variables, has_session=has_session)
        variables.check()
        return cls(**members)


@dataclass(frozen=True, kw_only=True)
class Settings(CacheSettings):
    """The settings of a gateway, a refresher, an exchange or a results cache. Sizes are in bytes, times in seconds.

    bucket: the name of the S3 bucket, or empty: then nothing is stored that is larger than `inline_limit`.
    signing_keys_secret: the name or ARN of the secret with this function's keyring.
    signing_keys: the keyring's JSON text, used instead of the secret, for emulators without Secrets Manager.
    function_keys_secret: that of the secret with the keyring of functions of users, for the admin function.
    namespace: the part of the table and the bucket where this function keeps its results.
    refresh_queue: the URL of the queue of refresh requests.
    channels: the path of channels.toml, for the exchange.
    emulated_principal: the caller of requests without a verified principal, on an emulator.
    record_origin, play_origin: on an emulator, the file of responses of origins to write, or to answer from.
    record_alias: URL=URL, an origin and the URL under which its responses are recorded.
    """

    bucket: str = ""
    signing_keys_secret: str = ""
    signing_keys: str | None = field(default=None, repr=False)
    function_keys_secret: str = ""
    namespace: str | None = None
    refresh_queue: str | None = None
    inline_limit: int = 32_768
    l1_bytes: int = 33_554_432
    l1_entry_bytes: int = 2_097_152
    max_response_body: int = 67_108_864
    purge_delta: float = 1.0
    channels: Path | None = None
    emulated_principal: str | None = None
    record_origin: Path | None = None
    play_origin: Path | None = None
    record_alias: str | None = None

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, needs: Collection[str] = (), has_session: bool = False
    ) -> Settings:
        """Return the checked settings. `needs`: the optional variables without which this function cannot work.

        has_session: the caller has a session of boto3 or botocore, so botocore is the client for AWS.

        Raises one ConfigError for all missing and invalid variables: a line for each, with what to give it.
        """
        variables = _Variables(environment)
        for name in needs:
            variables.text(name, is_needed=True)
        members = _of_cache(variables, has_session=has_session)
        members |= {
            "bucket": variables.text("BRINE_BUCKET") or "",
            "signing_keys": variables.text("BRINE_SIGNING_KEYS"),
            "signing_keys_secret": variables.text(
                "BRINE_SIGNING_KEYS_SECRET", is_needed=not environment.get("BRINE_SIGNING_KEYS")
            )
            or "",
            "function_keys_secret": variables.text("BRINE_FUNCTION_KEYS_SECRET") or "",
            "namespace": variables.namespace() if "BRINE_NAMESPACE" in needs else variables.text("BRINE_NAMESPACE"),
            "refresh_queue": variables.text("BRINE_REFRESH_QUEUE"),
            "inline_limit": variables.bytes("BRINE_INLINE_LIMIT", cls.inline_limit, ceiling=INLINE_LIMIT_CEILING),
            "l1_bytes": variables.bytes("BRINE_L1_BYTES", cls.l1_bytes),
            "l1_entry_bytes": variables.bytes("BRINE_L1_ENTRY_BYTES", cls.l1_entry_bytes),
            "max_response_body": variables.bytes("BRINE_MAX_RESPONSE_BODY", cls.max_response_body),
            "purge_delta": variables.seconds("BRINE_PURGE_DELTA", cls.purge_delta),
            "channels": variables.path("BRINE_CHANNELS"),
            "emulated_principal": variables.text("BRINE_EMULATED_PRINCIPAL"),
            "record_origin": variables.path("BRINE_RECORD_ORIGIN"),
            "play_origin": variables.path("BRINE_PLAY_ORIGIN"),
            "record_alias": variables.text("BRINE_RECORD_ALIAS"),
        }
        variables.check()
        return cls(**members)


def _of_cache(variables: _Variables, *, has_session: bool) -> dict[str, Any]:
    aws_client = "botocore" if has_session else variables.aws_client()
    is_lean = aws_client == "lean"  # botocore has more sources for the region and the credentials
    members = {
        "table": variables.text("BRINE_TABLE", is_needed=True),
        "region": variables.text("AWS_REGION", is_needed=is_lean) or "",
        "aws_client": aws_client,
        "routes": variables.path("BRINE_ROUTES"),
        "types": variables.path("BRINE_TYPES"),
        "endpoint_url": variables.text("AWS_ENDPOINT_URL"),
        "endpoints": variables.endpoints(),
        "key_keep_days": variables.key_keep_days(),
        "environment": variables.environment,
    }
    # With SnapStart, Lambda sets this variable and no access key.
    if is_lean and not variables.text("AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        for name in _CREDENTIALS:
            variables.text(name, is_needed=True)
    return members


class _Variables:
    """Reads variables, and notes each problem instead of raising it, so that `check` can tell them all at once."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._problems: list[str] = []

    def check(self) -> None:
        """Raise ConfigError if there was a problem."""
        if not self._problems:
            return
        if len(self._problems) == 1:
            raise ConfigError(f"{self._problems[0]} (docs/settings.md)")
        first = f"{len(self._problems)} environment variables are missing or invalid (docs/settings.md):"
        raise ConfigError("\n- ".join((first, *self._problems)))

    def text(self, name: str, *, is_needed: bool = False) -> str | None:
        value = self.environment.get(name) or None
        if value is None and is_needed:
            self._problems.append(f"the environment variable {name} is not set: give it {MEANINGS[name]}")
        return value

    def aws_client(self) -> AwsClientName:
        try:
            return chosen_client(self.environment, os.environ)
        except ConfigError as error:
            self._problems.append(str(error))
            return "botocore"  # which needs no further variables

    def endpoints(self) -> Endpoints:
        try:
            return Endpoints.from_environment(self.environment)
        except ConfigError as error:
            self._problems.append(str(error))
            return Endpoints()

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return None if text is None else Path(text)

    def namespace(self) -> str | None:
        from brine.domain.results.key import is_namespace  # noqa: PLC0415 - only functions that keep results need it

        text = self.text("BRINE_NAMESPACE")
        if text is not None and not is_namespace(text):
            self._problems.append(
                f"BRINE_NAMESPACE is {text!r}: write 1 to 32 of a-z, 0-9 and -, and no - at the beginning"
            )
        return text

    def key_keep_days(self) -> int:
        text = self.text("BRINE_KEY_KEEP_DAYS")
        if text is None:
            return KEY_KEEP_DAYS
        if not (text.isascii() and text.isdigit()) or not LEAST_KEEP_DAYS <= int(text) <= LONGEST_KEY_KEEP_DAYS:
            self._problems.append(
                f"BRINE_KEY_KEEP_DAYS is {text!r}: write a whole number of days from {LEAST_KEEP_DAYS} to "
                f"{LONGEST_KEY_KEEP_DAYS}, such as {KEY_KEEP_DAYS}"
            )
            return KEY_KEEP_DAYS
        return int(text)

    def seconds(self, name: str, default: float) -> float:
        text = self.text(name)
        if text is None:
            return default
        if not _DECIMAL.fullmatch(text) or float(text) > LONGEST_PURGE_DELTA:
            self._problems.append(
                f"{name} is {text!r}: write a number of seconds from 0 to {LONGEST_PURGE_DELTA}, such as 1.5"
            )
            return default
        return float(text)

    def bytes(self, name: str, default: int, *, ceiling: int = 2**40) -> int:
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit()) or int(text) > ceiling:
            self._problems.append(
                f"{name} is {text!r}: write a whole number of bytes from 0 to {ceiling}, such as {default}"
            )
            return default
        return int(text)
