from __future__ import annotations

import pytest

from brine.domain.listing.sizes import byte_size


@pytest.mark.parametrize(
    ("text", "size"),
    [*(("0", 0), ("500", 500), ("7B", 7), ("100KB", 100_000), ("1.5 mb", 1_500_000)), ("2KiB", 2_048), ("1GiB", 2**30)],
)
def test_sizes_have_decimal_and_binary_units(text: str, size: int) -> None:
    assert byte_size(text) == size


@pytest.mark.parametrize("text", ["", "KB", "-1", "1e9", "5 XB", "1,000", "\u0661", "1.2.3", "9" * 16])
def test_other_texts_are_no_sizes(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        byte_size(text)
