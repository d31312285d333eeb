from __future__ import annotations

from tests.aws import emulator, moto_endpoint
from tests.ministack import ministack

__all__ = ["emulator", "ministack", "moto_endpoint"]
