from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from brine.adapters.memory.channels import MemoryClaimStore
from brine.adapters.s3.claims import S3ClaimStore
from brine.domain.channels.message import ClaimCheck
from brine.errors import StoreUnavailable
from tests.contract.claim_store import ENVELOPE, ClaimStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from tests.support.links import Requested


class TestMemoryClaimStore(ClaimStoreContract):
    @pytest.fixture
    def claims(self) -> MemoryClaimStore:
        return MemoryClaimStore()


class TestS3ClaimStore(ClaimStoreContract):
    @pytest.fixture
    def claims(self, aws: Aws, bucket: str) -> S3ClaimStore:
        return S3ClaimStore(aws, bucket)

    def test_clients_upload_and_download_by_url(self, claims: S3ClaimStore, by_url: Requested) -> None:
        envelope = b"uploaded" * 100
        claim = ClaimCheck.of(envelope)
        upload = claims.upload("orders", claim, seconds=60)
        assert by_url(upload.url, "PUT", envelope, upload.headers).status == 200
        assert claims.read("orders", claim) == envelope
        answer = by_url(claims.download("orders", claim.id, seconds=60))
        assert answer.body == envelope
        assert answer.fields.get("content-type") == "application/octet-stream"
        assert answer.fields.get("content-disposition") == "attachment"
        assert answer.fields.get("cache-control") == "no-store"

    def test_an_uploaded_object_is_served_as_an_attachment(self, claims: S3ClaimStore, claim: ClaimCheck) -> None:
        fields = claims.upload("orders", claim, seconds=60).headers
        assert (fields["content-type"], fields["content-disposition"]) == ("application/octet-stream", "attachment")

    def test_an_upload_is_signed_for_these_bytes_at_this_place_once_and_for_so_long(
        self, claims: S3ClaimStore, claim: ClaimCheck
    ) -> None:
        """S3 refuses an upload without the signed fields; moto checks none of them."""
        upload = claims.upload("orders", claim, seconds=60)
        parts = urlsplit(upload.url)
        said = dict(parse_qsl(parts.query))
        assert parts.path.endswith(f"/claims/orders/{claim.id}")
        assert said["X-Amz-Expires"] == "60"
        assert said["X-Amz-SignedHeaders"].split(";") == sorted({*upload.headers, "host"})
        assert upload.headers["content-length"] == str(claim.size)
        assert b64decode(upload.headers["x-amz-checksum-sha256"]) == claim.digest
        assert upload.headers["if-none-match"] == "*"
        other = claims.upload("orders", replace(claim, size=claim.size + 1), seconds=60)
        assert dict(parse_qsl(urlsplit(other.url).query))["X-Amz-Signature"] != said["X-Amz-Signature"]

    def test_a_bucket_that_is_not_there_is_a_failure(self, aws: Aws, claim: ClaimCheck) -> None:
        claims = S3ClaimStore(aws, "nowhere")
        with pytest.raises(StoreUnavailable, match="PutObject: NoSuchBucket"):
            claims.write("orders", claim, ENVELOPE)
        with pytest.raises(StoreUnavailable, match="GetObject: NoSuchBucket"):
            claims.read("orders", claim)
