"""Reads an access key and a region from the files of the AWS CLI, for profiles that say no more than that."""

from __future__ import annotations

import configparser
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY: Final = ("aws_access_key_id", "aws_secret_access_key")
_PLAIN: Final = frozenset({*_KEY, "aws_session_token", "region", "output", "cli_pager"})
"""The settings that Brine's client follows, and those that concern the AWS CLI alone."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings of a profile, in lower case. `is_plain`: no setting needs botocore, such as SSO or a role."""

    settings: Mapping[str, str] = field(repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether Brine's own client does all that the profile asks for."""
        return self.settings.keys() <= _PLAIN

    @property
    def region(self) -> str | None:
        """The region, if the profile has one."""
        return self.settings.get("region") or None

    @property
    def variables(self) -> dict[str, str] | None:
        """The access key as environment variables, or None without one."""
        if not all(self.settings.get(name) for name in _KEY):
            return None
        names = (*_KEY, "aws_session_token")
        return {name.upper(): self.settings[name] for name in names if self.settings.get(name)}


def read_profile(environment: Mapping[str, str]) -> Profile:
    """Return the profile that the environment names, or the default one. A file that cannot be read is empty."""
    name = environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE") or "default"
    home = Path(environment.get("HOME") or Path.home())
    credentials = environment.get("AWS_SHARED_CREDENTIALS_FILE") or home / ".aws" / "credentials"
    config = environment.get("AWS_CONFIG_FILE") or home / ".aws" / "config"
    section = name if name == "default" else f"profile {name}"
    return Profile({**_section(Path(config), section), **_section(Path(credentials), name)})


def _section(file: Path, name: str) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False, default_section="")
    try:
        parser.read_string(file.expanduser().read_text(encoding="utf-8"))
        return dict(parser.items(name))
    except (OSError, ValueError, configparser.Error):
        return {}
