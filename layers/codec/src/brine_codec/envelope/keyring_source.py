"""A keyring that is loaded when first needed and kept fresh in a warm process."""

from __future__ import annotations

from _thread import allocate_lock  # threading would cost 2 ms of import

from brine_codec.envelope.keyring import Keyring
from brine_codec.errors import KeyringUnavailable, UnknownKey

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.envelope.keyring import Key


class KeyringSource:
    """Used like a Keyring. `load` returns the keyring's JSON text; this object decides by `now` when to call it.

    refresh_after: seconds after which the keyring is loaded again.
    retry_after: seconds between two attempts, whether an attempt failed or an unknown key id asked for it.
    While a load fails, the keys at hand stay in use; with none at hand, KeyringUnavailable is raised from what `load`
    raised. Threads may share it: one loads, and those that cannot do without the result wait for it.
    """

    __slots__ = (
        "_attempted_at",
        "_keyring",
        "_last_error",
        "_load",
        "_loaded_at",
        "_loading",
        "_refresh_after",
        "_retry_after",
    )

    def __init__(self, load: Callable[[], str], *, refresh_after: float = 300.0, retry_after: float = 10.0) -> None:
        self._load = load
        self._refresh_after = refresh_after
        self._retry_after = retry_after
        self._keyring: Keyring | None = None
        self._loaded_at = self._attempted_at = float("-inf")
        self._last_error: Exception | None = None
        self._loading = allocate_lock()

    @property
    def last_error(self) -> Exception | None:
        """Why the last attempt to load failed; None when it did not. Its message is whatever `load` put there."""
        return self._last_error

    def sealing_key(self, now: float) -> Key:
        """The newest key whose `seals_from` has come."""
        return self._current(now).sealing_key(now)

    def opening_key(self, key_id: int, now: float) -> Key:
        """The key with this id; an unknown id has the keyring loaded again, at most every `retry_after` seconds."""
        try:
            return self._current(now).opening_key(key_id, now)
        except UnknownKey:
            self._attempt(now, wait=True)
        return self._current(now).opening_key(key_id, now)

    def _current(self, now: float) -> Keyring:
        if not 0 <= now - self._loaded_at < self._refresh_after:  # below 0: the clock was set back
            self._attempt(now, wait=self._keyring is None)
        if self._keyring is None:
            error = self._last_error  # its class may be shown; its text may hold anything
            why = "" if error is None else f": {type(error).__name__}"
            raise KeyringUnavailable(f"the keyring could not be loaded{why}") from error
        return self._keyring

    def _attempt(self, now: float, *, wait: bool) -> None:
        """Load the keyring unless the last attempt is too recent. Where one is under way, `wait` for it, or do not."""
        if not self._loading.acquire(blocking=wait):
            return
        try:
            if 0 <= now - self._attempted_at < self._retry_after:
                return
            self._attempted_at = now
            self._keyring = Keyring.from_json(self._load())
            self._loaded_at = now
            self._last_error = None
        except Exception as error:  # noqa: BLE001 - `load` is anybody's; whatever it raises, the keys at hand are still good
            self._last_error = error.with_traceback(None)  # whose frames hold the keyring's text
        finally:
            self._loading.release()
