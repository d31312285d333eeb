"""The behaviour that every ClaimStore must have."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from brine.domain.channels.message import ClaimCheck
from brine.ports.deadline import Deadline

if TYPE_CHECKING:
    from brine.ports.channels import ClaimStore

ENVELOPE = b"\0\xff" * 500


class ClaimStoreContract:
    """Each adapter's tests inherit this once and give the fixture `claims`."""

    @pytest.fixture
    def claim(self) -> ClaimCheck:
        return ClaimCheck.of(ENVELOPE)

    def test_what_was_written_is_read(self, claims: ClaimStore, claim: ClaimCheck) -> None:
        claims.write("orders", claim, ENVELOPE)
        claims.write("orders", claim, ENVELOPE)

        assert claims.read("orders", claim) == ENVELOPE

    def test_each_channel_has_claims_of_its_own(self, claims: ClaimStore, claim: ClaimCheck) -> None:
        claims.write("orders", claim, ENVELOPE)

        assert claims.read("parcels", claim) is None

    def test_an_object_larger_than_its_claim_is_not_read(self, claims: ClaimStore, claim: ClaimCheck) -> None:
        claims.write("orders", claim, ENVELOPE)

        assert claims.read("orders", ClaimCheck(len(ENVELOPE) - 1, claim.digest)) is None

    def test_a_deleted_object_is_gone_and_a_second_delete_is_no_error(
        self, claims: ClaimStore, claim: ClaimCheck
    ) -> None:
        claims.write("orders", claim, ENVELOPE)

        for _ in range(2):
            claims.delete("orders", claim.id)

        assert claims.read("orders", claim) is None

    def test_within_a_deadline_it_is_the_same_store(self, claims: ClaimStore, claim: ClaimCheck) -> None:
        claims.write("orders", claim, ENVELOPE, deadline=Deadline(time.monotonic() + 20, time.monotonic))

        assert claims.read("orders", claim) == ENVELOPE
