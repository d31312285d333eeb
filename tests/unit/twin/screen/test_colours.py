"""Colours are for terminals, and can be read on a dark and on a light background."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.color import Color, ColorSystem

from brine_cli.screen.colours import BOLD, CYAN, GREEN, MAGENTA, RED, YELLOW, Colours

if TYPE_CHECKING:
    from collections.abc import Iterable


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals(stream: io.StringIO, environment: dict[str, str], *, coloured: bool) -> None:
    assert (Colours.of(stream, environment).paint("x", RED) != "x") is coloured


def test_several_colours_are_one_code() -> None:
    assert Colours(are_wanted=True).paint("x", BOLD, None, RED) == "\x1b[1;38;5;196mx\x1b[0m"
    assert Colours(are_wanted=True).paint("x", None) == "x"


def luminance(colour: Iterable[int]) -> float:
    """The relative luminance (WCAG 2.2)."""
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", [RED, GREEN, YELLOW, MAGENTA, CYAN])
@pytest.mark.parametrize("background", [(0, 0, 0), (30, 30, 30), (255, 255, 255)])
def test_each_colour_has_a_contrast_of_at_least_three_to_one(name: str, background: tuple[int, int, int]) -> None:
    triplet = Color.parse(name).get_truecolor()
    lighter, darker = sorted((luminance(triplet), luminance(background)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3.0


@pytest.mark.parametrize("name", [RED, GREEN, YELLOW, MAGENTA, CYAN])
def test_rich_paints_the_same_colour(name: str) -> None:
    codes = Color.parse(name).downgrade(ColorSystem.EIGHT_BIT).get_ansi_codes()
    assert Colours(are_wanted=True).paint("x", name) == f"\x1b[{';'.join(codes)}mx\x1b[0m"
