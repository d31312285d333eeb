"""Rotates keyrings by the events of Secrets Manager: the handler of the rotator function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger

from brine.errors import BadEvent, RotationFailed
from brine.service.keys.key_rotation import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine.service.keys.key_rotation import KeyRotation, RotationStep

_MEMBERS: Final = ("Step", "SecretId", "ClientRequestToken")


class RotationHandler:
    """Handles one step of a rotation at a time. `rotation_of`: returns the rotation of a secret by its ARN.

    The log has the ids and the times of keys, and no key.
    """

    def __init__(self, rotation_of: Callable[[str], KeyRotation]) -> None:
        self._rotation_of = rotation_of
        self._logger = Logger()

    def __call__(self, event: Any, context: Any) -> None:
        """Take one step. Raises BadEvent, RotationFailed and StoreError. Secrets Manager then tries again."""
        step, secret, version = _read(event)
        told: dict[str, object] = {
            "request_id": context.aws_request_id,
            "step": step,
            "secret": secret,
            "version": version,
        }
        try:
            keyring = self._rotation_of(secret).run(step, version)
        except RotationFailed as error:
            self._logger.error("rotation failed", extra={**told, "reason": str(error)})  # noqa: TRY400 - no traceback
            raise
        if keyring is not None:
            told |= {
                "keys": [entry.id for entry in keyring.entries],
                "newest": keyring.newest.id,
                "seals_from": keyring.newest.seals_from,
            }
        self._logger.info("rotated", extra=told)


def _read(event: Any) -> tuple[RotationStep, str, str]:
    """Return the step, the secret and the id of the new version. Raises BadEvent."""
    values = [event.get(name) for name in _MEMBERS] if isinstance(event, dict) else []
    if not all(isinstance(value, str) and value for value in values) or not values:
        raise BadEvent(f"this is no event of a rotation: it needs {', '.join(_MEMBERS)} as texts")
    step, secret, version = values
    for known in STEPS:
        if step == known:
            return known, str(secret), str(version)
    raise BadEvent(f"the event has no step of a rotation: Step is one of {', '.join(STEPS)}")
