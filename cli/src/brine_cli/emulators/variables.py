"""The environment variables with which any AWS SDK calls an emulator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CONFIG = """\
[default]
s3 =
  addressing_style = path
"""
"""Without it, an SDK calls `bucket.localhost`, which few machines resolve."""


def emulator_variables(endpoint: str, folder: Path) -> dict[str, str]:
    """Return the variables for an emulator, and write the configuration of SDKs, to which they point, to `folder`.

    No program with these variables reads the configuration or the credentials of the developer.
    """
    config = folder / "aws-config"
    config.write_text(_CONFIG, encoding="utf-8")
    return {
        "AWS_CONFIG_FILE": str(config),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
