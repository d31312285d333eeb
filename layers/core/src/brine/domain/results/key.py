"""The key of a stored result, and its entry: the key with tenant and tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from brine.domain.purging.stamps import result_stamp_names
from brine.domain.results.key_encoding import encode_key
from brine.domain.results.key_frames import type_name
from brine.domain.routing.tenant import NO_TENANT

type Key = str | tuple[object, ...]
"""A text, or a tuple of the values that `encode_key` accepts."""

_NAMESPACE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """The key, tenant and tags of a stored result. An operator can purge it by each of these.

    `cache` and `function`: the names of the cache and of the cached function, "" without one, for operators.
    """

    key: str
    tenant: str = NO_TENANT
    tags: tuple[str, ...] = ()
    cache: str = ""
    function: str = ""

    def stamp_names(self, others: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the names of all stamps that apply to this result. `others`: tags under which it was stored."""
        return result_stamp_names(self.key, self.tenant, tuple(dict.fromkeys((*self.tags, *others))))


def is_namespace(text: str) -> bool:
    """Return whether the text can be a namespace: no character has a meaning in a key or a policy pattern."""
    return _NAMESPACE.fullmatch(text) is not None


def result_key(*, namespace: str, tenant: str, cache: str, key: Key) -> str:
    """Return the namespace, "#", and the SHA-256 in hex of tenant, cache name and key.

    Raises TypeError for a value that cannot be part of a key. The namespace is readable, so that a role can be limited
    to it (docs/decisions/0088). The type and length of each other part go before it, so different keys never give the
    same bytes: 1, 1.0, True and "1" differ.
    """
    if type(key) not in (str, tuple):
        raise TypeError(f"a key is a text or a tuple, not {type_name(key)}")
    digest = sha256(b"brine result key 1" + encode_key((tenant, cache, key))).hexdigest()
    return f"{namespace}#{digest}"
