"""One bucket of S3: its objects, and presigned URLs for them."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Final

from brine.adapters.aws.call import ServiceCall
from brine.adapters.aws.errors import AwsError, Oversized
from brine.adapters.aws.service import Service
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.call import RetryPolicy
    from brine.adapters.aws.service import Aws
    from brine.adapters.http1 import RawResponse
    from brine.ports.deadline import Deadline

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # the SHA-256 of nothing
_ERROR_ROOM = 65_536

OWN_FIELDS: Final = {"content-type": "application/octet-stream", "content-disposition": "attachment"}
"""Fields of every object. They make a browser save the object and never show it as a page."""
_ANSWER_FIELDS: Final = {f"response-{name}": value for name, value in OWN_FIELDS.items()} | {
    "response-cache-control": "no-store"
}


class S3Bucket:
    """Objects by key. Keys are percent-encoded already. Every method but `link` and `upload` is one round trip.

    Without the permission s3:ListBucket, S3 answers 403 for a missing object as for a forbidden one, and the call
    raises.
    """

    def __init__(self, aws: Aws, bucket: str, retry_policy: RetryPolicy) -> None:
        if _BUCKET.fullmatch(bucket) is None:
            raise ConfigError(f"not the name of a bucket: {bucket!r}")
        self._service = Service(aws, "s3", retry_policy, bucket=bucket)

    def get(self, key: str, most: int, deadline: Deadline | None = None) -> bytes | None:
        """Return the object, or None if it is missing or larger than `most` bytes. Raises StoreError."""
        try:
            body = self._send("GetObject", "GET", key, max_answer=max(most, _ERROR_ROOM), deadline=deadline).body
        except AwsError as error:
            if error.code == "NoSuchKey":
                return None
            raise
        except Oversized:
            return None
        return body if len(body) <= most else None

    def put(
        self, key: str, body: bytes, digest: bytes, *, replaces: bool = False, deadline: Deadline | None = None
    ) -> None:
        """Put an object, and let S3 check its SHA-256. Keep an existing one, unless `replaces`. Raises StoreError."""
        headers = {
            **OWN_FIELDS,
            "x-amz-checksum-sha256": b2a_base64(digest, newline=False).decode("ascii"),
            "x-amz-sdk-checksum-algorithm": "SHA256",
        }
        if not replaces:
            headers["if-none-match"] = "*"
        try:
            self._send(
                "PutObject", "PUT", key, headers=headers, body=body, payload_hash=digest.hex(), deadline=deadline
            )
        except AwsError as error:
            # 412: the object exists. 409: another request is writing it now.
            if replaces or error.status not in (409, 412):
                raise

    def delete(self, key: str, deadline: Deadline | None = None) -> None:
        """Delete the object. A missing one is no error. Raises StoreError."""
        self._send("DeleteObject", "DELETE", key, deadline=deadline)

    def size_and_digest(self, key: str, deadline: Deadline | None = None) -> tuple[int, bytes] | None:
        """Return the size and SHA-256 of an object, checked by S3, or None for a missing one. Raises StoreError."""
        headers = {"x-amz-checksum-mode": "ENABLED"}
        try:
            answer = self._send("HeadObject", "HEAD", key, headers=headers, deadline=deadline)
        except AwsError as error:
            if error.status == 404:  # a HEAD has no body with a code, so a missing bucket looks the same
                return None
            raise
        try:
            size = int(answer.value("content-length") or "")
            return size, a2b_base64(answer.value("x-amz-checksum-sha256") or "")
        except ValueError:
            return None

    def link(self, key: str, fields: Mapping[str, str] | None = None, *, seconds: int) -> str:
        """Return a presigned URL for a GET of the object, valid for `seconds`, with `fields` in place of OWN_FIELDS.

        The signature covers the fields, so the user of the URL cannot change them.
        """
        query = {**_ANSWER_FIELDS, **{f"response-{name}": value for name, value in (fields or {}).items()}}
        return self._service.presigned(f"/{key}", query, seconds=seconds)

    def upload(self, key: str, headers: Mapping[str, str], *, seconds: int) -> str:
        """Return a presigned URL for a PUT of the object with exactly these headers, valid for `seconds`."""
        return self._service.presigned(f"/{key}", {}, method="PUT", headers=headers, seconds=seconds)

    def _send(
        self,
        name: str,
        method: str,
        key: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        payload_hash: str = _NO_BODY,
        max_answer: int = _ERROR_ROOM,
        deadline: Deadline | None = None,
    ) -> RawResponse:
        call = ServiceCall(
            name=name,
            method=method,
            path=f"/{key}",
            headers={**(headers or {}), "x-amz-content-sha256": payload_hash},
            body=body,
            payload_hash=payload_hash,
            max_answer=max_answer,
        )
        return self._service.send(call, deadline)
