"""The signing keys by id. The newest key that may seal is used for sealing; every key opens."""

from __future__ import annotations

from brine_codec.envelope.mac import Mac, expand, extract
from brine_codec.errors import BadKeyring, UnknownKey, shown

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Iterable

SALT = b"brine envelope v1"
SHORTEST_SECRET = 32
LARGEST_ID = 2**32 - 1


class Key:
    """A secret and the keys that are derived from it. Not even `repr` shows the secret."""

    __slots__ = ("_macs", "_prk", "id", "seals_from")

    def __init__(self, key_id: int, secret: str, seals_from: float = 0) -> None:
        if not 0 < key_id <= LARGEST_ID:
            raise BadKeyring(f"key id {key_id} is not between 1 and {LARGEST_ID}")
        if len(secret) < SHORTEST_SECRET:
            raise BadKeyring(f"the secret of key {key_id} is shorter than {SHORTEST_SECRET} characters")
        self.id = key_id
        self.seals_from = seals_from
        self._prk = extract(SALT, secret.encode("utf-8", "surrogatepass"))
        self._macs: dict[str, Mac] = {}

    def __repr__(self) -> str:
        return f"Key({self.id})"

    def mac(self, purpose: str) -> Mac:
        """Return the MAC of this key for one purpose. It is made once and kept."""
        mac = self._macs.get(purpose)
        if mac is None:
            mac = self._macs[purpose] = Mac(expand(self._prk, b"mac\0" + purpose.encode("utf-8", "surrogatepass")))
        return mac


class Keyring:
    """An immutable set of keys by id. A KeyringSource loads one and keeps it fresh."""

    __slots__ = ("_by_id", "_newest_first")

    def __init__(self, keys: Iterable[Key]) -> None:
        self._newest_first = sorted(keys, key=lambda key: key.id, reverse=True)
        self._by_id = {key.id: key for key in self._newest_first}
        if not self._by_id:
            raise BadKeyring("the keyring has no key")
        if len(self._by_id) != len(self._newest_first):
            raise BadKeyring("the keyring has two keys with one id")

    def __repr__(self) -> str:
        return f"Keyring({sorted(self._by_id)})"

    @classmethod
    def from_json(cls, text: str) -> Keyring:
        """Read `{"<id>": "<secret>"}` or `{"<id>": {"secret": "<secret>", "seals_from": <seconds since 1970>}}`.

        Secrets have at least 32 characters. Raises BadKeyring, which never shows any of the text.
        """
        return cls(_key(name, value) for name, value in _members(text))

    def keys(self, now: float) -> tuple[Key, ...]:  # noqa: ARG002 - the same signature as KeyringSource
        """Return all keys, the newest first."""
        return tuple(self._newest_first)

    def sealing_key(self, now: float) -> Key:
        """Return the newest key whose `seals_from` time has come. Raises UnknownKey."""
        for key in self._newest_first:
            if key.seals_from <= now:
                return key
        raise UnknownKey("no key of the keyring seals yet")

    def opening_key(self, key_id: int, now: float) -> Key:  # noqa: ARG002 - the same signature as KeyringSource
        """Return the key with this id. Raises UnknownKey."""
        key = self._by_id.get(key_id)
        if key is None:
            raise UnknownKey(f"key {key_id} is not in the keyring", key_id)
        return key


def _members(text: str) -> list[tuple[str, object]]:
    """Return the members of a JSON object in order, with repeated names."""
    import json  # noqa: PLC0415 - takes 8 ms, which importing the codec should not

    try:
        pairs = json.loads(text, object_pairs_hook=_JsonPairs)
    except (ValueError, TypeError, RecursionError):
        pairs = None  # raised below: this error holds the text, so it must not be the context of the new one
    if not isinstance(pairs, _JsonPairs):
        raise BadKeyring("the keyring is not a JSON object")
    return pairs


class _JsonPairs(list[tuple[str, object]]):
    """A JSON object as a list of pairs, so that repeated names are found."""


def _key(name: str, value: object) -> Key:
    if not (name.isascii() and name.isdigit() and len(name) <= 10 and name == str(int(name))):
        raise BadKeyring(f"key ids are plain decimal numbers, not {shown(name)}")
    seals_from: object = 0
    if isinstance(value, _JsonPairs):
        members = dict(value)
        if len(members) != len(value) or not {"secret"} <= members.keys() <= {"secret", "seals_from"}:
            raise BadKeyring(f'key {name} needs "secret" and may have "seals_from", nothing else')
        value, seals_from = members["secret"], members.get("seals_from", 0)
    if not isinstance(value, str):
        raise BadKeyring(f"the secret of key {name} is not text")
    if isinstance(seals_from, bool) or not isinstance(seals_from, (int, float)) or not 0 <= seals_from < 2**53:
        raise BadKeyring(f"seals_from of key {name} is not a time in seconds since 1970")
    return Key(int(name), value, seals_from)
