"""Rules for all product code: no import circles, small folders, one class for a name, and the field's words."""

from __future__ import annotations

import ast
import re
import tokenize
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import grimp

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGES = ("brine_codec", "brine_client", "brine", "brine_cli", "functions")
MOST_FILES = 16
PRIVATE_WORDS = (
    *("carry out", "hand over", "handover", "journal", "landed", "lying", "outlived", "problem instead", "refusing"),
    *("scrap", "stand in", "story", "toil", "visit", "wishes"),
)
"""Words that no reader can know from the field. Each has a better one in the glossary."""
PLAIN_IN_PROSE = {"lying"}
"""Private as a name, and ordinary English in a sentence."""


def product_files(suffix: str, *folders: str) -> list[Path]:
    """Return the files of these folders of the checkout."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob(f"*{suffix}"))


@cache
def code() -> tuple[Path, ...]:
    """Return the Python files of the product."""
    return tuple(product_files(".py", "layers", "cli", "functions"))


def words_of(identifier: str) -> str:
    """Return the words of an identifier in lower case, with hyphens: `StandIn` and `stand_in` have the same."""
    return "-".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", identifier)).lower()


def private_words_in(text: str) -> Iterator[str]:
    """Yield the private words of a text in lower case. "To stand in line" has none; `stand_in` and "stand-in" have."""
    for word in PRIVATE_WORDS:
        if re.search(rf"\b{word.replace(' ', '[_-]')}\b", text):
            yield word


def test_no_modules_import_each_other_in_a_circle_not_even_for_types() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False)
    imports = [(one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)]
    circles = {(one, other) for one, other in imports if graph.chain_exists(importer=other, imported=one)}
    assert len(imports) > 500
    assert circles == set()


def test_no_folder_has_more_files_than_a_reader_can_survey() -> None:
    sizes = Counter(file.parent for file in code() if file.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)): size for folder, size in sizes.items() if size > MOST_FILES} == {}


def test_no_two_classes_have_the_same_name() -> None:
    files = defaultdict(list)
    for file in code():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                files[node.name].append(str(file.relative_to(ROOT)))
    assert {name for name, places in files.items() if len(places) > 1} == set()


def test_no_name_and_no_page_has_a_private_word() -> None:
    found = set()
    for file in code():
        with tokenize.open(file) as text:
            names = {token.string for token in tokenize.generate_tokens(text.readline) if token.type == tokenize.NAME}
        names |= {file.stem, *file.relative_to(ROOT).parent.parts}
        found |= {(word, file) for name in names for word in private_words_in(words_of(name))}
    for page in product_files(".md", "layers", "cli", "functions", "docs"):
        prose = re.sub(r"\s+", " ", page.read_text(encoding="utf-8")).lower()
        found |= {(word, page) for word in private_words_in(prose) if word not in PLAIN_IN_PROSE}
    assert {(word, str(file.relative_to(ROOT))) for word, file in found} == set()


def test_private_words_are_found() -> None:
    assert words_of("StandIn") == words_of("_stand_in") == "stand-in"
    assert list(private_words_in(words_of("hand_over_visit"))) == ["hand over", "visit"]
    assert list(private_words_in("a stand-in, and histories of visitors who stand in line")) == ["stand in"]
