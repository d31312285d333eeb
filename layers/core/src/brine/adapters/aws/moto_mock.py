"""Finds out whether moto mocks AWS in this process, without an import of moto."""

from __future__ import annotations

import sys
from typing import Any


def active_stubber() -> Any:
    """Return the handler by which moto answers the requests of botocore while `mock_aws` is active, otherwise None."""
    stubber = getattr(sys.modules.get("moto.core.models"), "botocore_stubber", None)
    return stubber if getattr(stubber, "enabled", False) else None
