"""The rotator function: it takes the steps by which Secrets Manager rotates the keyrings of the stack."""

from __future__ import annotations

import os

from brine.adapters.powertools.rotation_handler import RotationHandler
from brine.bootstrap.rotator import build_rotator

handler = RotationHandler(build_rotator(os.environ).rotation)
