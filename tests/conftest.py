from __future__ import annotations

from tests.aws import emulator, moto_endpoint
from tests.built import built
from tests.deployment import deployed_stack
from tests.ministack import ministack

__all__ = ["built", "deployed_stack", "emulator", "ministack", "moto_endpoint"]
