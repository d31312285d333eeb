"""Large bodies in S3, under a folder and the hexadecimal SHA-256 of their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.s3_bucket import S3Bucket

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.http.fields import Fields
    from brine.ports.deadline import Deadline

_RETRY_POLICY = RetryPolicy(budget=8.0, read_timeout=3.0)


class S3BodyStore:
    """The BodyStore port on one folder of a bucket. A role can be limited to the folder."""

    def __init__(self, aws: Aws, bucket: str, *, folder: str = "bodies") -> None:
        self._bucket = S3Bucket(aws, bucket, _RETRY_POLICY)
        self._folder = folder

    def read(self, digest: bytes, size: int, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the bytes, or None, with one GetObject. Raises StoreError."""
        return self._bucket.get(self._key(digest), size, deadline)

    def write(self, digest: bytes, body: bytes, *, deadline: Deadline | None = None) -> None:
        """Put the bytes with one PutObject, on condition that the address is free. Raises StoreError."""
        self._bucket.put(self._key(digest), body, digest, deadline=deadline)

    def link(
        self, digest: bytes, size: int, *, seconds: int, fields: Fields, deadline: Deadline | None = None
    ) -> str | None:
        """Return a presigned URL, or None, with one HeadObject. Raises StoreError.

        S3 returns the digest that it verified at the upload.
        """
        if self._bucket.size_and_digest(self._key(digest), deadline) != (size, digest):
            return None
        return self._bucket.link(self._key(digest), dict(fields), seconds=seconds)

    def _key(self, digest: bytes) -> str:
        return f"{self._folder}/{digest.hex()}"
