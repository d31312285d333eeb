"""The exceptions of the codec.

CodecError
├── Miss                       the envelope cannot be used here and now: fetch or compute again
│   ├── Expired                past its `expires_at`
│   │   └── Premature          issued in the future, beyond the allowed clock skew
│   ├── SchemaMiss             written by other code: another schema, version or field list
│   └── UnknownKey             sealed with a key that the keyring does not have (yet, or any more)
│       └── KeyringUnavailable no keyring could be loaded
├── Alarm                      the bytes were altered, or the producer has a bug
│   ├── Tampered               the seal does not verify: altered, or sealed for another key, purpose or context
│   ├── Malformed              not laid out as an envelope
│   ├── TooLarge               beyond a limit
│   ├── Forbidden              holds an opcode or a name that our writer never writes
│   └── Undecodable            verified, but no object can be made of it
├── Unsupported                seal: the object cannot be written; the message names the path inside it
└── BadKeyring                 the text of the keyring is invalid; the message never shows a secret
"""

from __future__ import annotations


class CodecError(Exception):
    """Base class of every error that sealing and opening raise."""

    @property
    def for_log(self) -> str:
        """The message without the keys of dictionaries, which may be data of users."""
        return str(self)


class Miss(CodecError):
    """The envelope is intact, but cannot be used here and now."""


class Expired(Miss):
    """The envelope is past its `expires_at` (seconds since 1970)."""

    def __init__(self, message: str, expires_at: int = 0) -> None:
        super().__init__(message)
        self.expires_at = expires_at


class Premature(Expired):
    """The envelope says it was issued in the future: a clock is wrong."""


class SchemaMiss(Miss):
    """The envelope was written by code with another schema, version or field list."""


class UnknownKey(Miss):
    """The envelope names a key that the keyring does not hold."""

    def __init__(self, message: str, key_id: int = 0) -> None:
        super().__init__(message)
        self.key_id = key_id


class KeyringUnavailable(UnknownKey):
    """No keyring could be loaded, so the codec can neither seal nor open."""


class Alarm(CodecError):
    """The bytes differ from those that our writer made for this key, purpose and context."""


class Tampered(Alarm):
    """The seal does not verify."""


class Malformed(Alarm):
    """The bytes are not laid out as an envelope."""


class TooLarge(Alarm):
    """A limit is exceeded. The message names it."""


class Forbidden(Alarm):
    """The content holds an opcode or a name that our writer never writes."""


class Undecodable(Alarm):
    """The content is allowed, but no object can be made of it."""


class Unsupported(CodecError):
    """The object cannot be sealed. The message names the path inside it."""

    def __init__(self, message: str, *, for_log: str | None = None) -> None:
        super().__init__(message)
        self._for_log = for_log

    @property
    def for_log(self) -> str:
        """The message without the keys of dictionaries, which may be data of users."""
        return str(self) if self._for_log is None else self._for_log

    def below(self, place: str, name: str) -> Unsupported:
        """Return the error with `name` for `place`, where the path begins: the caller sealed the object inside another.

        A path that begins elsewhere is unchanged.
        """
        texts = [text.replace(place, name, 1) if text.startswith(place) else text for text in (str(self), self.for_log)]
        return Unsupported(texts[0], for_log=texts[1])


def not_registered(cls: type) -> Unsupported:
    """Return the error for an object of a class that has no registration, with what to do."""
    name, library = cls.__qualname__, cls.__module__.partition(".")[0]
    if library in {"numpy", "pandas"}:
        return Unsupported(f"type {library}.{name} is not registered: call registry.register_arrays()")
    advice = "" if library == "builtins" else f": call registry.register({name}, version=1)"
    return Unsupported(f"type {name} is not registered{advice}")


class BadKeyring(CodecError):
    """The text of the keyring is invalid. The message never shows a secret."""


def shown(text: object) -> str:
    """Return `text`, which comes from data, escaped and cut for an error message."""
    escaped = ascii(text) if isinstance(text, (str, bytes)) else type(text).__name__
    return escaped if len(escaped) <= 80 else escaped[:77] + "..."
