"""Envelopes too large for a queue in S3, under `claims/`, the channel and the claim's id."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from brine.adapters.aws.call import RetryPolicy
from brine.adapters.aws.s3_bucket import OWN_FIELDS, S3Bucket
from brine.ports.channels import Upload

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.channels.message import ClaimCheck
    from brine.ports.deadline import Deadline

_RETRY_POLICY = RetryPolicy(budget=20.0, read_timeout=5.0)  # an object may have tens of megabytes


class S3ClaimStore:
    """The ClaimStore port on one bucket. Channels and ids consist of letters, digits and dashes."""

    def __init__(self, aws: Aws, bucket: str) -> None:
        self._bucket = S3Bucket(aws, bucket, _RETRY_POLICY)

    def write(self, channel: str, claim: ClaimCheck, envelope: bytes, *, deadline: Deadline | None = None) -> None:
        """Store the envelope with one PutObject. Raises StoreError."""
        self._bucket.put(_key(channel, claim.id), envelope, claim.digest, replaces=True, deadline=deadline)

    def read(self, channel: str, claim: ClaimCheck, *, deadline: Deadline | None = None) -> bytes | None:
        """Return the stored bytes, or None, with one GetObject. Raises StoreError."""
        return self._bucket.get(_key(channel, claim.id), claim.size, deadline)

    def delete(self, channel: str, claim_id: str, *, deadline: Deadline | None = None) -> None:
        """Remove the envelope with one DeleteObject. Raises StoreError."""
        self._bucket.delete(_key(channel, claim_id), deadline)

    def upload(self, channel: str, claim: ClaimCheck, *, seconds: int) -> Upload:
        """Return a presigned PUT for the claim's bytes only, and only where no object exists yet.

        Size and SHA-256 are signed.
        """
        headers = {
            "content-length": str(claim.size),
            **OWN_FIELDS,  # without a type, clients would send the type of a form
            "if-none-match": "*",
            "x-amz-checksum-sha256": b2a_base64(claim.digest, newline=False).decode("ascii"),
        }
        return Upload(self._bucket.upload(_key(channel, claim.id), headers, seconds=seconds), headers)

    def download(self, channel: str, claim_id: str, *, seconds: int) -> str:
        """Return a presigned URL of the object."""
        return self._bucket.link(_key(channel, claim_id), seconds=seconds)


def _key(channel: str, claim_id: str) -> str:
    return f"claims/{channel}/{claim_id}"
