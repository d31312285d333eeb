"""A keyring that is loaded at its first use and kept fresh in a warm process."""

from __future__ import annotations

from _thread import allocate_lock  # importing threading takes 2 ms

from brine_codec.envelope.keyring import Keyring
from brine_codec.errors import KeyringUnavailable, UnknownKey

REFRESH_AFTER = 300.0
RETRY_AFTER = 10.0

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_codec.envelope.keyring import Key


class KeyringSource:
    """A drop-in replacement for a Keyring that loads the keys by itself.

    load: returns the JSON text of the keyring. `now` decides when it is called.
    refresh_after: seconds after which the keyring is loaded again. A rotation counts on five minutes or less.
    retry_after: seconds between two attempts, after a failed load or after an unknown key id.

    While `load` fails, the keys that were loaded before stay in use. Without any keys, KeyringUnavailable is raised,
    with the error of `load` as its cause. Threads may share it: one thread loads, and only threads that need the result
    wait for it. A thread that seals needs it, because a newer keyring may have another key for that.
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

    def __init__(
        self, load: Callable[[], str], *, refresh_after: float = REFRESH_AFTER, retry_after: float = RETRY_AFTER
    ) -> None:
        self._load = load
        self._refresh_after = refresh_after
        self._retry_after = retry_after
        self._keyring: Keyring | None = None
        self._loaded_at = self._attempted_at = float("-inf")
        self._last_error: Exception | None = None
        self._loading = allocate_lock()

    @property
    def last_error(self) -> Exception | None:
        """Return the error of the last attempt to load, or None if it succeeded. Its message is written by `load`."""
        return self._last_error

    def keys(self, now: float) -> tuple[Key, ...]:
        """Return all keys, the newest first. Raises KeyringUnavailable."""
        return self._current(now).keys(now)

    def sealing_key(self, now: float) -> Key:
        """Return the newest key whose `seals_from` time has come. Raises UnknownKey."""
        return self._current(now, wait=True).sealing_key(now)

    def opening_key(self, key_id: int, now: float) -> Key:
        """Return the key with this id. An unknown id reloads the keyring, at most once in `retry_after` seconds."""
        try:
            return self._current(now).opening_key(key_id, now)
        except UnknownKey:
            self._attempt(now, wait=True)
        return self._current(now).opening_key(key_id, now)

    def _current(self, now: float, *, wait: bool = False) -> Keyring:
        if abs(now - self._loaded_at) >= self._refresh_after:  # ahead of now: by a later request
            self._attempt(now, wait=wait or self._keyring is None)
        if self._keyring is None:
            error = self._last_error  # the message may name its class, but not its text, which may hold a secret
            why = "" if error is None else f": {type(error).__name__}"
            raise KeyringUnavailable(f"the keyring could not be loaded{why}") from error
        return self._keyring

    def _attempt(self, now: float, *, wait: bool) -> None:
        """Load the keyring unless the last attempt is too recent.

        wait: whether to wait for a load of another thread.
        """
        if not self._loading.acquire(blocking=wait):
            return
        try:
            if abs(now - self._attempted_at) < self._retry_after:
                return
            self._attempted_at = now
            self._keyring = Keyring.from_json(self._load())
            self._loaded_at = now
            self._last_error = None
        except Exception as error:  # noqa: BLE001 - `load` is the caller's code; the keys that were loaded before are still good
            self._last_error = error.with_traceback(None)  # the frames of the traceback hold the text of the keyring
        finally:
            self._loading.release()
