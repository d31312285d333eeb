"""What every SecretVersions does."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from brine.ports.keys import CURRENT, PENDING

if TYPE_CHECKING:
    from brine.ports.keys import SecretVersions

FIRST = 'the "first" text'


class SecretVersionsContract:
    """A subclass has the fixture `versions`: those of a secret with the text FIRST."""

    @pytest.fixture
    def first(self, versions: SecretVersions) -> str:
        """The id of the first version."""
        [(version, labels)] = versions.labels().items()
        assert CURRENT in labels
        return version

    @pytest.fixture
    def new(self) -> str:
        return str(uuid4())

    def test_a_text_is_read_by_its_version(self, versions: SecretVersions, first: str, new: str) -> None:
        assert versions.read(first) == FIRST
        assert versions.read(new) is None

    def test_a_pending_version_is_beside_the_current_one(self, versions: SecretVersions, first: str, new: str) -> None:
        versions.add_pending(new, "second")
        labels = versions.labels()
        assert PENDING in labels[new]
        assert CURRENT in labels[first]
        assert (versions.read(first), versions.read(new)) == (FIRST, "second")

    def test_the_same_version_can_be_added_again(self, versions: SecretVersions, new: str) -> None:
        versions.add_pending(new, "second")
        versions.add_pending(new, "second")
        assert versions.read(new) == "second"

    def test_a_version_with_a_text_keeps_it(self, versions: SecretVersions, new: str) -> None:
        versions.add_pending(new, "second")
        versions.release(new)  # moto would replace the text of a version that is pending
        versions.add_pending(new, "third")
        assert versions.read(new) == "second"

    def test_the_label_of_the_current_version_moves(self, versions: SecretVersions, first: str, new: str) -> None:
        versions.add_pending(new, "second")
        assert versions.promote(new, instead_of=first)
        labels = versions.labels()
        assert CURRENT in labels[new]
        assert CURRENT not in labels.get(first, frozenset())

    def test_it_moves_only_from_the_version_that_has_it(self, versions: SecretVersions, first: str, new: str) -> None:
        versions.add_pending(new, "second")
        assert versions.promote(new, instead_of=first)
        assert not versions.promote(new, instead_of=first)
        third = str(uuid4())
        versions.add_pending(third, "third")
        assert not versions.promote(third, instead_of=first)
        assert CURRENT in versions.labels()[new]

    def test_a_version_that_is_given_up_is_not_pending(self, versions: SecretVersions, new: str) -> None:
        versions.add_pending(new, "second")
        versions.release(new)
        versions.release(new)
        assert PENDING not in versions.labels().get(new, frozenset())

    def test_a_newer_version_takes_the_label_over(self, versions: SecretVersions, new: str) -> None:
        versions.add_pending(new, "second")
        third = str(uuid4())
        versions.add_pending(third, "third")
        labels = versions.labels()
        assert PENDING in labels[third]
        assert PENDING not in labels.get(new, frozenset())
