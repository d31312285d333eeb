"""A template of any text is read, or refused with its place: none overflows the stack, and none fills the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from brine_cli.checking.templates.yaml_file import YamlFile
from brine_cli.errors import TemplateError
from brine_cli.template.document import read_document
from brine_cli.template.documents.yaml_limits import MOST_LEVELS, count_nodes

if TYPE_CHECKING:
    from pathlib import Path

LAUGHS = "\n".join(["a0: &a0 [x, x]", *(f"a{number}: &a{number} {[f'*a{number - 1}'] * 10}" for number in range(1, 9))])
BOMBS = {
    "flow": "Resources: " + "[" * 100_000 + "]" * 100_000,
    "dashes": "Resources:\n  " + "- " * 200_000 + "a",
    "maps": "Resources: " + "{a: " * 3_000 + "1" + "}" * 3_000,
    "itself": "Resources: &r\n  A: *r",
    "laughs": f"Resources: {{}}\n{LAUGHS}".replace("'", ""),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(text)
    with pytest.raises(TemplateError, match=r"is not YAML: .*(levels deep|is inside of|nodes with the copies)"):
        read_document(file)
    checked = YamlFile(file)
    (finding,) = checked.findings
    assert not checked.is_readable
    assert (finding.code, finding.place is not None) == ("BR001", True)
    assert finding.remedy == "Write it with fewer levels, or without the alias."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a", 1),
        ("a: 1\nb: [c, d]", 7),
        ("a: &x [1, 2]\nb: *x\nc: *x", 13),
        ("a: &x 1\nb: &y [*x]\nc: [*y, *y]", 12),
        ("[" * MOST_LEVELS + "]" * MOST_LEVELS, MOST_LEVELS),
    ],
)
def test_nodes_are_counted_with_the_copies_of_aliases(text: str, count: int) -> None:
    assert count_nodes(yaml.parse(text)) == count
