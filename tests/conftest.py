from __future__ import annotations

from tests.aws import emulator, moto_endpoint

__all__ = ["emulator", "moto_endpoint"]
