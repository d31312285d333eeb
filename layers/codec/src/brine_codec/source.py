"""A keyring that is loaded when first needed and kept fresh in a warm process."""

from __future__ import annotations

from brine_codec.errors import KeyringUnavailable, UnknownKey
from brine_codec.keyring import Keyring

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.keyring import Key


class KeyringSource:
    """Used like a Keyring. `load` returns the keyring's JSON text; this object decides by `now` when to call it.

    refresh_after: seconds after which the keyring is loaded again.
    retry_after: seconds between two attempts, whether an attempt failed or an unknown key id asked for it.
    While a load fails, the keys at hand stay in use; with none at hand, KeyringUnavailable is raised.
    """

    __slots__ = ("_attempted_at", "_keyring", "_load", "_loaded_at", "_refresh_after", "_retry_after")

    def __init__(self, load: Callable[[], str], *, refresh_after: float = 300.0, retry_after: float = 10.0) -> None:
        self._load = load
        self._refresh_after = refresh_after
        self._retry_after = retry_after
        self._keyring: Keyring | None = None
        self._loaded_at = self._attempted_at = float("-inf")

    def sealing_key(self, now: float) -> Key:
        """The newest key whose `seals_from` has come."""
        return self._current(now).sealing_key(now)

    def opening_key(self, key_id: int, now: float) -> Key:
        """The key with this id; an unknown id has the keyring loaded again, at most every `retry_after` seconds."""
        try:
            return self._current(now).opening_key(key_id, now)
        except UnknownKey:
            if not self._attempt(now):
                raise
        return self._current(now).opening_key(key_id, now)

    def _current(self, now: float) -> Keyring:
        if not 0 <= now - self._loaded_at < self._refresh_after:  # below 0: the clock was set back
            self._attempt(now)
        if self._keyring is None:
            raise KeyringUnavailable("the keyring could not be loaded")
        return self._keyring

    def _attempt(self, now: float) -> bool:
        """Load the keyring unless the last attempt is too recent. True when there is a new one."""
        if 0 <= now - self._attempted_at < self._retry_after:
            return False
        self._attempted_at = now
        try:
            self._keyring = Keyring.from_json(self._load())
        except Exception:  # noqa: BLE001 - `load` is anybody's; whatever it raises, the keys at hand are still good
            return False
        self._loaded_at = now
        return True
