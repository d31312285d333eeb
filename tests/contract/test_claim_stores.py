from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest

from brine.adapters.exchange_memory import MemoryClaimStore
from brine.adapters.s3_claims import S3ClaimStore
from brine.errors import StoreUnavailable
from tests.contract.claim_store import ENVELOPE, ClaimStoreContract

if TYPE_CHECKING:
    from brine.adapters.aws.service import Aws
    from brine.domain.channel_message import ClaimCheck


class TestMemoryClaimStore(ClaimStoreContract):
    @pytest.fixture
    def claims(self) -> MemoryClaimStore:
        return MemoryClaimStore()


class TestS3ClaimStore(ClaimStoreContract):
    @pytest.fixture
    def claims(self, aws: Aws, bucket: str) -> S3ClaimStore:
        return S3ClaimStore(aws, bucket)

    def test_others_upload_and_download_by_url(self, claims: S3ClaimStore, claim: ClaimCheck) -> None:
        upload = claims.upload("orders", claim, seconds=60)
        request = urllib.request.Request(  # noqa: S310 - moto's own URL
            upload.url, ENVELOPE, headers=dict(upload.headers), method="PUT"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            assert answer.status == 200
        assert claims.read("orders", claim) == ENVELOPE
        url = claims.download("orders", claim.id, seconds=60)
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - as above
            assert answer.read() == ENVELOPE

    def test_a_bucket_that_is_not_there_is_a_failure(self, aws: Aws, claim: ClaimCheck) -> None:
        claims = S3ClaimStore(aws, "nowhere")
        with pytest.raises(StoreUnavailable, match="PutObject: NoSuchBucket"):
            claims.write("orders", claim, ENVELOPE)
        with pytest.raises(StoreUnavailable, match="GetObject: NoSuchBucket"):
            claims.read("orders", claim)
