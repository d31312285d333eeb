"""The error for a name of a class that is not declared."""

from __future__ import annotations

import pytest

from brine.adapters.config.type_names import undeclared

DECLARED = ["shop.Order", "shop.Line", "depot.Line"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("shop.Ordre", '"shop.Order"'),
        ("Order", '"shop.Order"'),
        ("order", '"shop.Order"'),
        ("examples.shop.Order", '"shop.Order"'),
        ("shop.Order@3", '"shop.Order"'),
        ("Line", '"shop.Line" or "depot.Line"'),
    ],
)
def test_similar_names_are_suggested(name: str, meant: str) -> None:
    assert undeclared(name, DECLARED) == (
        f'types.toml does not declare "{name}". Did you mean {meant}? If the class is new, run `brine types`. '
        "Or leave the name out here."
    )


def test_without_a_similar_name_the_command_is_named() -> None:
    told = (
        'types.toml does not declare "a.B". If the code has the class, run `brine types`. Or leave the name out here.'
    )
    assert undeclared("a.B", DECLARED) == undeclared("a.B", ()) == told
