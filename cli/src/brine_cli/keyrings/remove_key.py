"""`brine keys rotate --leaked`: removes a key at once. It says before what that costs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import click

from brine.domain.keys.facts import key_facts
from brine.domain.keys.times import sealing_id
from brine.errors import BrineError
from brine_cli.desk.amounts import duration_text
from brine_cli.errors import CommandError
from brine_cli.keyrings.rotate_keys import READ_WITHIN, failed, outlook
from brine_cli.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine.domain.keys.keyring_text import KeyringText
    from brine_cli.keyrings.places import WantedKeyrings

COSTS: Final = {
    "ResponseKeys": "Each stored response that it sealed is a miss once, and its origin is asked again.",
    "ExchangeKeys": "Receipts and claims that it sealed are refused: those messages are delivered once more.",
    "FunctionKeys": "Each response and result of functions that it sealed is a miss once, and is computed again.",
}
"""What a removal costs, by the keyring."""
_COSTS_OF_OTHERS: Final = "Envelopes that it sealed are refused from then on, such as messages on their way."


def remove(wanted: WantedKeyrings, key_id: int, *, is_confirmed: bool, as_json: bool) -> None:
    """Remove a key from a keyring, after a question. Raises CommandError and Abort."""
    with wanted.found(os.environ) as places:
        if len(places.secrets) != 1:
            names = ", ".join(secret.name for secret in places.secrets)
            raise CommandError(f"--leaked needs --secret, which says in which keyring the key is: {names}")
        (secret,) = places.secrets
        removal = places.rotator.removal(secret.secret_id)
        try:
            with waiting(f"reading {secret.name}"):
                before, after = removal.preview(key_id)
            if not is_confirmed:
                for line in _consequences(secret.name, key_id, before, after, removal.clock()):
                    print(line)
                click.confirm(f"Remove key {key_id} of {secret.name}?", abort=True)
            with waiting(f"removing key {key_id} of {secret.name}"):
                keyring = removal.remove(key_id, lambda: str(uuid4()))
        except BrineError as error:
            raise failed(secret, error) from None
        now = removal.clock()
        keys = key_facts(keyring.entries, now, places.rotator.keep_days)
        if as_json:
            document = {"secret": secret.name, "removed": key_id, "keys": [asdict(key) for key in keys]}
            print(json.dumps(document, indent=2))
            return
        print(f"Key {key_id} of {secret.name} is removed. {COSTS.get(secret.name, _COSTS_OF_OTHERS)}")
        print(f"Every process reads the new keyring within {duration_text(READ_WITHIN)}.")
        print("\n".join(outlook(keys, now)))
        print("If an attacker may have stored content with this key, purge it: brine purge --everything")


def _consequences(name: str, key_id: int, before: KeyringText, after: KeyringText, now: float) -> Iterator[str]:
    """Yield what the removal does and costs."""
    yield f"Key {key_id} will not open envelopes any more, in any process, within {duration_text(READ_WITHIN)}."
    yield COSTS.get(name, _COSTS_OF_OTHERS)
    if sealing_id(before.entries, now) != key_id:
        return
    sealing = sealing_id(after.entries, now)
    if sealing == after.newest.id:
        yield f"Key {sealing} seals at once. Its envelopes are misses in processes that do not know it yet."
    else:
        yield f"Key {sealing} seals until the new key {after.newest.id} is known everywhere."
