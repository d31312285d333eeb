"""One bucket of S3: its objects, and URLs by which others may get at one of them for a while."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING, Final

from brine.adapters.aws.refusals import Oversized, Refused
from brine.adapters.aws.service import Call, Service
from brine.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brine.adapters.aws.service import Aws, Patience
    from brine.adapters.http1 import Answer
    from brine.ports.deadline import Deadline

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # the SHA-256 of nothing
_ERROR_ROOM = 65_536

OWN_FIELDS: Final = {"content-type": "application/octet-stream", "content-disposition": "attachment"}
"""What each object is put with, so that a browser that is led to one saves it, and never shows it as a page."""
_ANSWER_FIELDS: Final = {f"response-{name}": value for name, value in OWN_FIELDS.items()} | {
    "response-cache-control": "no-store"
}


class S3Bucket:
    """Objects by key. Keys are percent-encoded already. Every method but `link` and `upload` is one round trip.

    A missing object is told from a forbidden one by its status, which takes s3:ListBucket: without it S3 answers 403
    to both, and that raises.
    """

    def __init__(self, aws: Aws, bucket: str, patience: Patience) -> None:
        if _BUCKET.fullmatch(bucket) is None:
            raise ConfigError(f"not the name of a bucket: {bucket!r}")
        # S3's certificate covers one label before its own name; emulators know no bucket by its host at all.
        in_host = aws.endpoint_url is None and "." not in bucket
        self._service = Service(aws, "s3", patience, host_prefix=f"{bucket}." if in_host else "")
        self._folder = "/" if in_host else f"/{bucket}/"

    def get(self, key: str, most: int, deadline: Deadline | None = None) -> bytes | None:
        """The object, or None when there is none, or one of more than `most` bytes. Raises StoreError."""
        try:
            body = self._send("GetObject", "GET", key, max_answer=max(most, _ERROR_ROOM), deadline=deadline).body
        except Refused as refused:
            if refused.code == "NoSuchKey":
                return None
            raise
        except Oversized:
            return None
        return body if len(body) <= most else None

    def put(
        self, key: str, body: bytes, digest: bytes, *, replaces: bool = False, deadline: Deadline | None = None
    ) -> None:
        """Put the object, whose SHA-256 S3 checks. Unless it `replaces`, what is there stays. Raises StoreError."""
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
        except Refused as refused:
            # 412: the key is taken. 409: another is just writing there.
            if replaces or refused.status not in (409, 412):
                raise

    def delete(self, key: str, deadline: Deadline | None = None) -> None:
        """Remove the object; no error when there is none. Raises StoreError."""
        self._send("DeleteObject", "DELETE", key, deadline=deadline)

    def size_and_digest(self, key: str, deadline: Deadline | None = None) -> tuple[int, bytes] | None:
        """What S3 says of an object and has checked; None when there is none. Raises StoreError."""
        headers = {"x-amz-checksum-mode": "ENABLED"}
        try:
            answer = self._send("HeadObject", "HEAD", key, headers=headers, deadline=deadline)
        except Refused as refused:
            if refused.status == 404:  # without a body there is no saying whether object or bucket are missing
                return None
            raise
        try:
            size = int(answer.value("content-length") or "")
            return size, a2b_base64(answer.value("x-amz-checksum-sha256") or "")
        except ValueError:
            return None

    def link(self, key: str, fields: Mapping[str, str] | None = None, *, seconds: int) -> str:
        """A URL by which whoever has it gets the object for so many seconds, with `fields` in place of OWN_FIELDS.

        The fields are signed: whoever has the URL can change none of them.
        """
        query = {**_ANSWER_FIELDS, **{f"response-{name}": value for name, value in (fields or {}).items()}}
        return self._service.presigned(self._folder + key, query, seconds=seconds)

    def upload(self, key: str, headers: Mapping[str, str], *, seconds: int) -> str:
        """A URL by which whoever has it may put the object, with exactly these headers, for so many seconds."""
        return self._service.presigned(self._folder + key, {}, method="PUT", headers=headers, seconds=seconds)

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
    ) -> Answer:
        call = Call(
            name=name,
            method=method,
            path=self._folder + key,
            headers={**(headers or {}), "x-amz-content-sha256": payload_hash},
            body=body,
            payload_hash=payload_hash,
            max_answer=max_answer,
        )
        return self._service.send(call, deadline)
