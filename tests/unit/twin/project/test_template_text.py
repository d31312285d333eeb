"""A block of resources gets into the text of a template, of which all lines stay."""

from __future__ import annotations

import pytest

from brine_cli.errors import CommandError
from brine_cli.project.template_text import with_block

BLOCK = "\n  Added:\n    Type: B\n"
HEAD = "# A comment\nTransform: x # another\n\nResources: # a third\n  First:\n    Type: A # a fourth\n"
OUTPUTS = "\n# Of the outputs\nOutputs:\n  Resources: {Value: 1}\n"


def test_the_block_goes_to_the_end_of_the_resources_and_all_comments_stay() -> None:
    assert with_block(HEAD + OUTPUTS, BLOCK) == HEAD + BLOCK + OUTPUTS


def test_outputs_may_come_before_resources() -> None:
    text = "Outputs:\n  Resources:\n    Value: 1\nResources:\n  First:\n    Type: A\n"
    assert with_block(text, BLOCK) == text + BLOCK


@pytest.mark.parametrize("section", ["Outputs:", '"Outputs":', "'Outputs':", "...", "--- {}"])
def test_every_line_at_the_margin_ends_the_resources(section: str) -> None:
    assert with_block(f"{HEAD}{section}\n", BLOCK) == f"{HEAD}{BLOCK}{section}\n"


@pytest.mark.parametrize("between", ["", "\n", "\n\n# Of the outputs\n", "# Of the outputs\n\n# too\n"])
def test_blank_lines_and_comments_before_the_next_section_belong_to_it(between: str) -> None:
    assert with_block(f"{HEAD}{between}Outputs: {{}}\n", BLOCK) == f"{HEAD}{BLOCK}{between}Outputs: {{}}\n"


def test_an_indented_comment_belongs_to_the_resources() -> None:
    assert with_block(f"{HEAD}  # indented\nOutputs: {{}}\n", BLOCK) == f"{HEAD}  # indented\n{BLOCK}Outputs: {{}}\n"


def test_a_comment_at_the_margin_does_not_end_the_resources() -> None:
    text = f"{HEAD}# a heading\n  Second:\n    Type: A\n"
    assert with_block(text + OUTPUTS, BLOCK) == text + BLOCK + OUTPUTS


def test_a_last_line_without_an_end_gets_one() -> None:
    assert with_block(HEAD.rstrip("\n"), BLOCK) == HEAD + BLOCK


def test_lines_end_as_in_the_template() -> None:
    text = (HEAD + OUTPUTS).replace("\n", "\r\n")
    assert with_block(text, BLOCK) == (HEAD + BLOCK + OUTPUTS).replace("\n", "\r\n")
    cut = HEAD.rstrip("\n").replace("\n", "\r\n")
    assert with_block(cut, BLOCK) == (HEAD + BLOCK).replace("\n", "\r\n")


def test_only_line_feeds_end_a_line() -> None:
    """str.splitlines knows more characters, such as this form feed, and a text in a template may have them."""
    text = HEAD.replace("fourth", "fourth\x0cResources:\x0cOutputs:")
    assert with_block(text + OUTPUTS, BLOCK) == text + BLOCK + OUTPUTS


@pytest.mark.parametrize("width", [1, 4])
def test_the_block_is_indented_as_the_other_resources(width: int) -> None:
    text = f"Resources:\n\n# x\n{' ' * width}First:\n{' ' * (width + 3)}Type: A\n"
    indented = f"\n{' ' * width}Added:\n{' ' * (width + 2)}Type: B\n"
    assert with_block(text + OUTPUTS, BLOCK) == text + indented + OUTPUTS


@pytest.mark.parametrize("text", ["", "Outputs: {}\n", "  Resources:\n", "Resources: {}\n", "# Resources:\n"])
def test_a_template_without_a_line_for_its_resources_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match='the template has no line "Resources:"'):
        with_block(text, BLOCK)
