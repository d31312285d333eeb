"""`brine keys rotate`: a rotation step by step, and what it says. It prints ids and times, and no key material."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from brine.domain.keys.facts import key_facts
from brine.errors import BrineError, RotationFailed
from brine.service.keys.key_rotation import STEPS
from brine_cli.desk.amounts import duration_text
from brine_cli.errors import CommandError
from brine_cli.keyrings.key_table import when
from brine_cli.waiting import waiting
from brine_codec.envelope.keyring_source import REFRESH_AFTER, RETRY_AFTER

if TYPE_CHECKING:
    from brine.domain.keys.facts import KeyFacts
    from brine.domain.keys.keyring_text import KeyringText
    from brine.service.keys.key_rotation import KeyRotation
    from brine_cli.keyrings.places import KeyringSecret, WantedKeyrings

READ_WITHIN: Final = REFRESH_AFTER + RETRY_AFTER
"""Seconds within which every process reads a changed keyring."""


def rotate(wanted: WantedKeyrings, *, as_json: bool) -> None:
    """Rotate the keyrings one after the other. Raises CommandError."""
    documents = []
    with wanted.found(os.environ) as places:
        for secret in places.secrets:
            rotation = places.rotator.rotation(secret.secret_id)
            try:
                keyring, version = _rotated(rotation, secret, is_quiet=as_json)
            except BrineError as error:
                raise failed(secret, error) from None
            now = rotation.clock()
            keys = key_facts(keyring.entries, now, rotation.keep_days)
            documents.append({"secret": secret.name, "version": version, "keys": [asdict(key) for key in keys]})
            if not as_json:
                print("\n".join(outlook(keys, now)), end="\n\n")
    if as_json:
        print(json.dumps({"rotated": documents}, indent=2))


def failed(secret: KeyringSecret, error: BrineError) -> CommandError:
    """Return the error for the user. A rotation that failed has changed nothing that processes read."""
    if isinstance(error, RotationFailed):
        return CommandError(f"{secret.name}: {error}")
    return CommandError(
        f"{secret.name}: {error}. The command needs secretsmanager:DescribeSecret, GetSecretValue, PutSecretValue and "
        "UpdateSecretVersionStage for this secret. Run it again: it continues where it was"
    )


def _rotated(rotation: KeyRotation, secret: KeyringSecret, *, is_quiet: bool) -> tuple[KeyringText, str]:
    """Take the steps. A rotation that was left in the middle is continued, or given up if it is too old for that."""
    left = rotation.unfinished()
    if left is not None:
        try:
            return _stepped(rotation, secret, left, is_quiet=is_quiet)
        except RotationFailed as error:
            if rotation.unfinished() == left:
                raise
            if not is_quiet:
                print(f"  A rotation was left in the middle, and cannot go on: {error}.")
    return _stepped(rotation, secret, str(uuid4()), is_quiet=is_quiet)


def _stepped(rotation: KeyRotation, secret: KeyringSecret, version: str, *, is_quiet: bool) -> tuple[KeyringText, str]:
    made: KeyringText | None = None
    if not is_quiet:
        print(f"{secret.name}: version {version}", flush=True)
    for step in STEPS:
        with waiting(f"{step} of {secret.name}"):
            made = rotation.run(step, version) or made
        if made is not None and not is_quiet:
            keys = len(made.entries)
            said = {
                "createSecret": f"key {made.newest.id} is in the new version, and waits",
                "setSecret": "no work: the secret is the only place of the keyring",
                "testSecret": f"the new version opens envelopes of its {keys} key{'s' * (keys > 1)}",
                "finishSecret": f"every process reads it within {duration_text(READ_WITHIN)}",
            }
            print(f"  {step:<12}  {said[step]}", flush=True)
    if made is None:  # no step but setSecret returns nothing
        raise RotationFailed("the rotation made no keyring")
    return made, version


def outlook(keys: tuple[KeyFacts, ...], now: float) -> list[str]:
    """Return sentences about the future of a keyring: which key seals from when on, and which one goes when."""
    lines = []
    sealing = next((key.id for key in keys if key.state == "seals"), None)
    for key in keys:
        if key.state == "waits" and key.seals_from is not None:
            until = "" if sealing is None else f" Until then key {sealing} seals."
            lines.append(f"Key {key.id} seals from {when(key.seals_from, now)} on.{until}")
        elif key.opens_until is not None:
            lines.append(
                f"Key {key.id} opens until {when(key.opens_until, now)}. The next rotation after that drops it."
            )
        elif key.state == "seals":
            lines.append(f"Key {key.id} seals now.")
    return lines
