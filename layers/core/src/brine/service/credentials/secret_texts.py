"""The secrets of routes as one process knows them: read at the first use, and again from time to time.

A rotated secret takes effect after REFRESH_AFTER seconds at the latest. If an origin refuses a secret, the process
reads it at once. It does so at most every RETRY_AFTER seconds, because the refusal may have another reason.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from brine.errors import CredentialsUnavailable, StoreError
from brine.service.diagnostics import Fault, cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from brine.domain.credentials.description import CredentialText, SecretReference
    from brine.ports.credentials import SecretStore
    from brine.ports.deadline import Deadline
    from brine.service.transaction import Trace

REFRESH_AFTER: Final = 300.0
"""Seconds for which a process uses the text of a secret that it read."""
RETRY_AFTER: Final = 30.0
"""Seconds between two readings of a secret, after a failed one or a refusal by the origin."""
FIRST_RETRY_AFTER: Final = 2.0
"""Seconds between two readings of a secret that this process has not got yet: its routes do not work without it."""
NEVER: Final = float("-inf")
_FINAL: Final = frozenset({"AccessDeniedException", "ResourceNotFoundException", "ParameterNotFound"})
"""The errors by which AWS says that this process may not have the secret. Its former text is not used either."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(slots=True)
class _SecretState:
    """The state of one secret in a process. Times are in seconds since 1970."""

    text: str | None = field(default=None, repr=False)
    read_at: float = NEVER
    tried_at: float = NEVER
    refused_at: float = NEVER
    error: StoreError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


class SecretTexts:
    """The texts of secrets. Threads may share it: one thread reads a secret, and the rest wait only for a first text.

    clock: seconds since 1970.
    """

    def __init__(self, store: SecretStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._states: dict[tuple[str, str], _SecretState] = {}

    def text(self, source: CredentialText, deadline: Deadline, trace: Trace) -> str:
        """Return the present text, without blanks around it. Raises CredentialsUnavailable.

        While a secret cannot be read, the text that was read before stays in use.
        """
        if isinstance(source, str):
            return source
        state = self._state(source)
        now = self._clock()
        if not 0 <= now - state.read_at < REFRESH_AFTER:  # below 0: the clock was set back
            pause = FIRST_RETRY_AFTER if state.text is None else RETRY_AFTER
            self._read(source, state, deadline, trace, is_due=lambda: not 0 <= now - state.tried_at < pause)
        if state.text is None:
            cause = "unread" if state.error is None else cause_of(state.error)
            raise CredentialsUnavailable(f"{source} cannot be read", cause)
        return _part(source, state.text)

    def reread(self, sources: Collection[CredentialText], deadline: Deadline, trace: Trace) -> bool:
        """Read the secrets that the origin refused again, unless that was done lately. Return whether any changed."""
        secrets = [source for source in sources if not isinstance(source, str)]
        return sum(self._has_changed(source, deadline, trace) for source in secrets) > 0

    def _has_changed(self, source: SecretReference, deadline: Deadline, trace: Trace) -> bool:
        state = self._state(source)
        before, now = state.text, self._clock()
        if not 0 <= now - state.refused_at < RETRY_AFTER:
            state.refused_at = now
            self._read(source, state, deadline, trace, is_due=lambda: True)
        return state.text is not None and state.text != before

    def _state(self, source: SecretReference) -> _SecretState:
        return self._states.setdefault((source.kind, source.name), _SecretState())

    def _read(
        self,
        source: SecretReference,
        state: _SecretState,
        deadline: Deadline,
        trace: Trace,
        *,
        is_due: Callable[[], bool],
    ) -> None:
        """Read a secret, if that is still due once no other thread reads it."""
        if not state.lock.acquire(blocking=state.text is None):
            return
        try:
            if not is_due():
                return
            state.tried_at = self._clock()
            state.text = self._store.read(source.kind, source.name, deadline=deadline)
            state.read_at, state.error = state.tried_at, None
        except StoreError as error:
            state.error = error.with_traceback(None)
            trace.faults.add(Fault("credentials", "unavailable", cause_of(error)))
            if error.code in _FINAL:
                state.text = None
        finally:
            state.lock.release()


def _part(source: SecretReference, text: str) -> str:
    """Return the part of a secret that a reference names. Raises CredentialsUnavailable, without the text."""
    if source.member is not None:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None  # the error has the text, so it must not be the context of the next one
        member = document.get(source.member) if isinstance(document, dict) else None
        if not isinstance(member, str):
            raise CredentialsUnavailable(f"{source} has no such member with a text", "secret-member")
        text = member
    text = text.strip()  # editors and shells put a line break at the end
    if not text or _CONTROL.search(text) is not None:
        raise CredentialsUnavailable(f"{source} has no text, or a control character in it", "secret-text")
    return text
