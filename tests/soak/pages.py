"""Pages that name their tenant, path, reader and version in their bytes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

TENANTS: Final = ("alice", "bob")
READERS: Final = ("a", "b")
"""Values of Accept, by which the `varying` pages differ."""
EVERYBODY: Final = "-"

SIZES: Final = {"lasting": 300, "short": 2_000, "tagged": 1_000, "varying": 600, "large": 50_000}
"""Bytes of a page, by its kind: a large one does not fit into the table."""
LIFETIMES: Final = {"short": "max-age=1, stale-while-revalidate=20"}
LASTING: Final = "max-age=600"
NUMBER: Final = 8
"""How many pages of each kind a tenant has."""
TAGS: Final = 3

_HEAD = re.compile(rb"(?P<tenant>\w+) (?P<path>/\w+/\d+) (?P<reader>[\w-]) (?P<version>\d+)\n")
_TAG = re.compile(r'"(?P<tenant>\w+) (?P<path>/\w+/\d+) (?P<reader>[\w-]) (?P<version>\d+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a tenant. `path` is the kind and a number."""

    tenant: str
    path: str

    @property
    def kind(self) -> str:
        """One of SIZES."""
        return self.path.split("/")[1]

    @property
    def tag(self) -> str | None:
        """The tag by which it can be purged."""
        return f"tag-{int(self.path.rpartition('/')[2]) % TAGS}" if self.kind == "tagged" else None


PAGES: Final = tuple(
    Page(tenant, f"/{kind}/{number}") for tenant in TENANTS for kind in SIZES for number in range(NUMBER)
)


@dataclass(frozen=True, slots=True)
class Edition:
    """A page as of a version, which counts from 1, for one reader or for all readers."""

    page: Page
    reader: str
    version: int

    @property
    def body(self) -> bytes:
        """Its bytes, which no compression makes less."""
        head = f"{self.page.tenant} {self.page.path} {self.reader} {self.version}\n".encode()
        return head + hashlib.shake_128(head).digest(SIZES[self.page.kind])

    @property
    def etag(self) -> str:
        """Its entity tag."""
        return f'"{self.page.tenant} {self.page.path} {self.reader} {self.version}"'


def edition_of_body(body: bytes) -> Edition | None:
    """The edition that a body is; None when it is no edition, byte for byte."""
    match = _HEAD.match(body)
    if match is None or match["path"].decode().split("/")[1] not in SIZES:
        return None
    edition = _edition(*(match[name].decode() for name in ("tenant", "path", "reader", "version")))
    return edition if edition.body == body else None


def edition_of_etag(etag: str) -> Edition | None:
    """The edition that an entity tag stands for; None when it is that of no edition."""
    match = _TAG.fullmatch(etag)
    return None if match is None else _edition(match["tenant"], match["path"], match["reader"], match["version"])


def _edition(tenant: str, path: str, reader: str, version: str) -> Edition:
    return Edition(Page(tenant, path), reader, int(version))
