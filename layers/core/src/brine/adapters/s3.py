"""Large bodies in S3, under `bodies/` and the hexadecimal SHA-256 of their bytes."""

from __future__ import annotations

import re
from binascii import b2a_base64
from copy import copy
from typing import TYPE_CHECKING, Self

from brine.adapters.aws.refusals import Oversized, Refused
from brine.adapters.aws.service import Call, Patience, Service
from brine.errors import ConfigError

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.fields import Fields
    from brine.ports import Deadline

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # the SHA-256 of nothing
_ERROR_ROOM = 65_536
_PATIENCE = Patience(budget=8.0, read_timeout=3.0)


class S3BodyStore:
    """The BodyStore port on one bucket.

    A missing object is told from a forbidden one by its status, which takes s3:ListBucket: without it S3 answers 403
    to both, and that raises.
    """

    def __init__(self, aws: Aws, bucket: str, *, patience: Patience = _PATIENCE) -> None:
        if _BUCKET.fullmatch(bucket) is None:
            raise ConfigError(f"not the name of a bucket: {bucket!r}")
        # S3's certificate covers one label before its own name; emulators know no bucket by its host at all.
        in_host = aws.endpoint_url is None and "." not in bucket
        self._service = Service(aws, "s3", patience, host_prefix=f"{bucket}." if in_host else "")
        self._folder = "/bodies/" if in_host else f"/{bucket}/bodies/"

    def read(self, digest: bytes, size: int) -> bytes | None:
        """One GetObject. Raises StoreError."""
        call = Call(
            name="GetObject",
            method="GET",
            path=self._folder + digest.hex(),
            headers={"x-amz-content-sha256": _NO_BODY},
            payload_hash=_NO_BODY,
            max_answer=max(size, _ERROR_ROOM),
        )
        try:
            body = self._service.send(call).body
        except Refused as refused:
            if refused.code == "NoSuchKey":
                return None
            raise
        except Oversized:
            return None
        return body if len(body) <= size else None

    def write(self, digest: bytes, body: bytes) -> None:
        """One PutObject, on condition that the address is free; S3 checks the digest. Raises StoreError."""
        call = Call(
            name="PutObject",
            method="PUT",
            path=self._folder + digest.hex(),
            headers={
                "content-type": "application/octet-stream",
                "if-none-match": "*",
                "x-amz-checksum-sha256": b2a_base64(digest, newline=False).decode("ascii"),
                "x-amz-content-sha256": digest.hex(),
                "x-amz-sdk-checksum-algorithm": "SHA256",
            },
            body=body,
            payload_hash=digest.hex(),
            max_answer=_ERROR_ROOM,
        )
        try:
            self._service.send(call)
        except Refused as refused:
            # 412: the address is taken. 409: another is just writing there. Same address, same bytes: both are fine.
            if refused.status not in (409, 412):
                raise

    def link(self, digest: bytes, size: int, *, seconds: int, fields: Fields) -> str | None:
        """One HeadObject, and a presigned URL that needs none. S3 tells the digest that it has checked."""
        path = self._folder + digest.hex()
        call = Call(
            name="HeadObject",
            method="HEAD",
            path=path,
            headers={"x-amz-checksum-mode": "ENABLED", "x-amz-content-sha256": _NO_BODY},
            payload_hash=_NO_BODY,
            max_answer=_ERROR_ROOM,
        )
        try:
            answer = self._service.send(call)
        except Refused as refused:
            if refused.status == 404:  # without a body there is no saying whether object or bucket are missing
                return None
            raise
        checksum = b2a_base64(digest, newline=False).decode("ascii")
        if (answer.value("content-length"), answer.value("x-amz-checksum-sha256")) != (str(size), checksum):
            return None
        query = {f"response-{name}": value for name, value in fields}
        return self._service.presigned(path, {**query, "response-cache-control": "no-store"}, seconds=seconds)

    def within(self, deadline: Deadline) -> Self:
        """A copy whose calls are over by then."""
        store = copy(self)
        store._service = self._service.within(deadline)  # noqa: SLF001 - of its own kind
        return store
