"""Pages about the code use words that are in the code: names of modules, classes, functions and constants."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.markdown import codes, read_page

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
SOURCES = ("layers/core/src", "layers/codec/src", "cli/src", "functions")
BASES = (ROOT, ROOT / "layers/core/src", ROOT / "layers/codec/src")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"@?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(.*\))?")

FOREIGN = {
    "architecture.md": {"Authorization", "BRINE_PURGE_DELTA", "Range", "Vary"},
    "codec-internals.md": {
        *("BUILD", "brine_codec.rebuild"),  # an opcode of pickle, and the name in a stream
        *("Decimal", "MemoryError", "RecursionError", "__dict__", "__setstate__", "sys.modules"),  # of Python
        "Point",  # the example's class
    },
    "extending.md": set[str](),
    "glossary.md": {"singleflight", "pickletools"},  # of Go, and of Python
}
"""Words in backticks that are no names in the code, by page."""


class Scopes(ast.NodeVisitor):
    """Collects the names that a module defines: `names` alone, and `members` with the class or module that has them."""

    def __init__(self, module: str) -> None:
        self.names: set[str] = set()
        self.members: set[str] = set()
        self._owner = module
        self._in_function = 0

    def add(self, name: str) -> None:
        self.names.add(name)
        self.members.add(f"{self._owner}.{name}")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.add(node.name)
        outer, self._owner = self._owner, node.name
        self.generic_visit(node)
        self._owner = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.add(node.name)
        self.names.update(argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))
        self._in_function += 1
        self.generic_visit(node)
        self._in_function -= 1

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store) and not self._in_function:
            self.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Store):
            self.add(node.attr)
        self.generic_visit(node)


def product_files() -> list[Path]:
    return sorted(file for source in SOURCES for file in (ROOT / source).rglob("*.py"))


@cache
def scopes_of(file: Path) -> Scopes:
    """Return the names that a file defines."""
    scopes = Scopes(file.parent.name if file.stem == "__init__" else file.stem)
    scopes.visit(ast.parse(file.read_text(encoding="utf-8")))
    return scopes


@cache
def names() -> frozenset[str]:
    """Return all names in product code, those of modules and packages included, and each member with its owner."""
    found: set[str] = set()
    for file in product_files():
        found |= scopes_of(file).names | scopes_of(file).members | {file.stem, file.parent.name}
    return frozenset(found)


@cache
def texts() -> str:
    """Return the constant texts of product code in lower case, without docstrings: header fields, tokens, purposes."""
    found: set[str] = set()
    for file in product_files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        comments = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in comments:
                value = node.value
                found.add(value.lower() if isinstance(value, str) else value.decode("latin-1").lower())
    return "\n".join(found)


def name_words(page: str) -> set[str]:
    """Return the words in backticks on a page that have the form of a name, without blocks of code."""
    found = codes(FENCED.sub("", (DOCS / page).read_text(encoding="utf-8")))
    return {match[1] for code in found if (match := NAME.fullmatch(code)) and not is_path(code)}


def is_path(code: str) -> bool:
    return code.endswith((".py", ".toml", ".md", ".json", ".yaml", ".txt"))


def is_in_code(word: str) -> bool:
    """Whether product code defines the name; of `a.b.c`, whether `b` has the member `c`."""
    owned = ".".join(word.split(".")[-2:])
    return owned in names() or (word in names() if "." not in word else is_module(word))


def is_module(word: str) -> bool:
    path = word.replace(".", "/")
    return any((ROOT / source / f"{path}{end}").exists() for source in SOURCES for end in (".py", "/__init__.py"))


@pytest.mark.parametrize("page", ["architecture.md", "codec-internals.md", "extending.md"])
def test_every_name_on_a_page_about_the_code_is_defined_there(page: str) -> None:
    assert sorted(word for word in name_words(page) - FOREIGN[page] if not is_in_code(word)) == []


def test_every_code_word_of_the_glossary_is_a_name_or_a_text_in_the_code() -> None:
    words = set(codes((DOCS / "glossary.md").read_text(encoding="utf-8"))) - FOREIGN["glossary.md"]
    missing = [
        word for word in words if word not in names() and not re.search(rf"\b{re.escape(word.lower())}\b", texts())
    ]
    assert sorted(missing) == []


@pytest.mark.parametrize("page", FOREIGN)
def test_every_foreign_word_is_on_its_page_and_not_in_the_code(page: str) -> None:
    assert sorted(FOREIGN[page] - name_words(page)) == []
    assert sorted(word for word in FOREIGN[page] if is_in_code(word)) == []


def test_the_architecture_names_functions_in_the_files_that_define_them() -> None:
    rows = [row for row in read_page(DOCS / "architecture.md").rows if len(row) == 3 and ".py`" in row[1]]
    answers = [(codes(row[1])[0], name) for row in rows for name in codes(row[2])]
    assert len(answers) >= 25
    wrong = []
    for path, name in answers:
        file = next(base / path for base in BASES if (base / path).exists())
        scopes = scopes_of(file)
        if name not in scopes.names | scopes.members:
            wrong.append(f"{path}: {name}")
    assert wrong == []
