"""Finds the secrets of keyrings: those of a stack, those of the running twin, or a single one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from brine.adapters.http1.client import HttpClient
from brine.bootstrap.common import connect_aws
from brine.bootstrap.rotator import Rotator
from brine.domain.keys.times import KEY_KEEP_DAYS
from brine.errors import ConfigError
from brine.settings import CacheSettings
from brine_cli.aws.access import access_environment
from brine_cli.aws.stacks import BrineStacks
from brine_cli.errors import CommandError
from brine_cli.project.default_template import default_template
from brine_cli.running_twin import RunningTwin
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine.adapters.aws.service import Aws

KEYRINGS: Final = ("ResponseKeys", "ExchangeKeys", "FunctionKeys")
"""The logical ids of the secrets in template.yaml."""
_ARN: Final = "arn:"


@dataclass(frozen=True, slots=True)
class KeyringSecret:
    """A secret with a keyring. name: as messages have it. secret_id: its name or ARN for AWS."""

    name: str
    secret_id: str


@dataclass(frozen=True, slots=True)
class KeyringPlaces:
    """The secrets to change, and what changes them."""

    secrets: tuple[KeyringSecret, ...]
    rotator: Rotator


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedKeyrings:
    """What the user named. All are None: the keyrings of the running twin. keep_days: None for the default."""

    stack: str | None = None
    secret: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    keep_days: int | None = None

    @contextmanager
    def found(self, environment: Mapping[str, str]) -> Iterator[KeyringPlaces]:
        """Yield the secrets, with a connection to AWS or to the emulator. Raises CommandError and StoreError."""
        twin = None
        if self.stack is None and self.endpoint_url is None and self.region is None:
            twin = RunningTwin.of(Path(default_template()), environment)
        endpoint_url = self.endpoint_url
        if twin is not None and twin.aws_endpoint and self._is_in(twin):
            endpoint_url = twin.aws_endpoint
        elif self.stack is None and self.secret is None:
            raise CommandError(
                "no twin runs here, and no keyring is named. Start `brine dev`, or give --stack NAME or --secret ARN"
            )
        access = access_environment(environment, endpoint_url=endpoint_url, region=self.region)
        try:
            settings = CacheSettings.from_environment({**access, "BRINE_TABLE": "-"})  # no table is used
        except ConfigError as error:
            raise CommandError(str(error)) from None
        with HttpClient() as client:
            aws = connect_aws(settings, client)
            secrets, keep_days = self._secrets(aws, twin)
            days = self.keep_days or keep_days or settings.key_keep_days
            yield KeyringPlaces(secrets, Rotator(aws=aws, keep_days=days))

    def _is_in(self, twin: RunningTwin) -> bool:
        """Return whether the twin has what the user named."""
        return self.secret is None or self.secret in twin.resources or self.secret in twin.resources.values()

    def _secrets(self, aws: Aws, twin: RunningTwin | None) -> tuple[tuple[KeyringSecret, ...], int | None]:
        """Return the secrets, and the parameter KeyKeepDays of their stack, if it is known."""
        if self.stack is not None:
            with waiting(f"looking into the stack {self.stack}"):
                facts = BrineStacks(aws).find(self.stack)
            arns = {name: facts.outputs[f"{name}Arn"] for name in KEYRINGS if f"{name}Arn" in facts.outputs}
            days = facts.parameters.get("KeyKeepDays", "")
            return self._chosen(arns, f"the stack {self.stack}"), int(days) if days.isdigit() else KEY_KEEP_DAYS
        if twin is not None and self._is_in(twin):
            known: dict[str, str] = {name: twin.resources[name] for name in KEYRINGS if name in twin.resources}
            if self.secret is not None and self.secret in twin.resources:
                known[self.secret] = twin.resources[self.secret]
            return self._chosen(known, "the running twin"), None
        name = self.secret or ""
        return (KeyringSecret(name, name),), None

    def _chosen(self, known: Mapping[str, str], place: str) -> tuple[KeyringSecret, ...]:
        if self.secret is None:
            if not known:
                raise CommandError(f"{place} has none of the secrets {', '.join(KEYRINGS)}. Name one with --secret")
            return tuple(KeyringSecret(name, arn) for name, arn in known.items())
        if self.secret in known:
            return (KeyringSecret(self.secret, known[self.secret]),)
        if self.secret.startswith(_ARN) or self.secret in known.values():
            return (KeyringSecret(self.secret, self.secret),)
        raise CommandError(f"{place} has no secret {self.secret}. Its keyrings: {', '.join(known)}")
