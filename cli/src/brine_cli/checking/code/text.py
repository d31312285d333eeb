"""Checks the Python files of a function as text, without running them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from brine.adapters.config.spelling import did_you_mean
from brine_cli.checking.finding import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_MOST_FILES: Final = 200
_FOREIGN: Final = {"site-packages", "node_modules", "tests", "build", "dist"}
_METHODS: Final = {"get", "post", "put", "patch", "delete"}
_HOOKS: Final = {"before_fetch", "after_fetch", "before_store", "after_answer"}


class FunctionCode:
    """The Python files in the folder of a function. handler: the module with the handler."""

    def __init__(self, folder: Path, handler: str) -> None:
        module = handler.rpartition(".")[0].replace(".", "/")
        folder = folder.resolve()
        self.handler_file = folder / f"{module}.py"
        self.findings: list[Finding] = []
        self._trees: dict[Path, tuple[ast.Module, list[str]]] = {}
        for file in _files(folder, self.handler_file):
            self._read(file)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that could be read."""
        return tuple(self._trees)

    @property
    def is_app(self) -> bool:
        """Whether the module with the handler makes an App of Brine."""
        found = self._trees.get(self.handler_file)
        return found is not None and any(_is_call_of(node, "App") for node in ast.walk(found[0]))

    def unknown_routes(self, in_files: Collection[str], beside: str) -> Iterator[Finding]:
        """Yield a finding for each name of a route that no route has. beside: the name of the file for new routes."""
        in_code = {name for tree, _ in self._trees.values() for name in _routes_in_code(tree)}
        for file, (tree, lines) in self._trees.items():
            for node, name, known in (
                *((node, name, {*in_files}) for node, name in _fetched(tree)),
                *((node, name, {*in_files, *in_code}) for node, name in _hooked(tree)),
            ):
                if name not in known:
                    yield Finding(
                        code="BR022",
                        file=file,
                        place=_place(node, lines),
                        given=f'"{name}"',
                        message="no route has this name.",
                        remedy=did_you_mean(name, sorted(known)).strip() or f"Add the route to {beside}.",
                        shown=lines[node.lineno - 1],
                    )

    def place_of_setting(self, file: Path, line: int, setting: str) -> Place | None:
        """Return the place of the value of a setting, such as grace=1, in a decorator that begins at a line."""
        tree = self._trees[file][0] if file in self._trees else ast.Module([], [])
        for _, decorator in _decorators(tree):
            if isinstance(decorator, ast.Call) and decorator.lineno <= line <= (decorator.end_lineno or line):
                for one in decorator.keywords:
                    if one.arg == setting:
                        return _place(one.value, self._trees[file][1])
        return None

    def line(self, file: Path, number: int) -> str:
        """Return a line of a file, or "" if it is not there."""
        lines = self._trees[file][1] if file in self._trees else []
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _read(self, file: Path) -> None:
        text = ""
        try:
            text = file.read_text(encoding="utf-8")
            self._trees[file] = ast.parse(text, str(file)), text.split("\n")
        except SyntaxError as error:
            self.findings.append(syntax_finding(file, error, text))
        except (OSError, ValueError) as error:
            self.findings.append(
                Finding(code="BR001", file=file, message=f"cannot be read: {error}.", remedy="Save it as UTF-8 text.")
            )


def syntax_finding(file: Path, error: SyntaxError, text: str) -> Finding:
    """Return the finding for a mistake of syntax in a Python file."""
    lines = text.split("\n")
    line = min(error.lineno or 1, len(lines))
    column = max(error.offset or 1, 1)
    end = (error.end_offset or 0) if error.end_lineno == error.lineno else 0
    return Finding(
        code="BR001",
        file=file,
        place=Place(line, column, max(end, column + 1)),
        message=f"not valid Python: {error.msg}.",
        remedy="Correct the line.",
        shown=lines[line - 1],
    )


def _files(folder: Path, handler: Path) -> Iterator[Path]:
    if handler.is_file():
        yield handler
    if not (folder / "pyproject.toml").exists():  # else it is the folder of a project, with other code too
        found = (
            file
            for file in sorted(folder.rglob("*.py"))
            if not any(part.startswith(".") or part in _FOREIGN for part in file.relative_to(folder).parts)
        )
        yield from [file for file in found if file != handler][:_MOST_FILES]


def _fetched(tree: ast.Module) -> Iterator[tuple[ast.Constant, str]]:
    """Yield each text that names a route in a call of `fetch` or `fetch.all`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="fetch"), args=[ast.Constant(value=str(name)) as constant, *_]):
                yield constant, name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="fetch"), attr="all"), args=parts):
                for part in parts:
                    match part:
                        case ast.Tuple(elts=[ast.Constant(value=str(name)) as constant, *_]):
                            yield constant, name


def _hooked(tree: ast.Module) -> Iterator[tuple[ast.Constant, str]]:
    """Yield each text that names a route in a decorator of a hook, such as `@app.before_fetch("orders")`."""
    for decorator in _decorators(tree):
        match decorator[1]:
            case ast.Call(func=ast.Attribute(attr=kind), args=[ast.Constant(value=str(name)) as constant]):
                if kind in _HOOKS:
                    yield constant, name


def _routes_in_code(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the routes that decorators make."""
    for function, decorator in _decorators(tree):
        match decorator:
            case ast.Call(func=ast.Attribute(attr=method), keywords=given) if method in _METHODS:
                named = next((one.value for one in given if one.arg == "name"), None)
                own = function.strip("_").replace("_", "-").lower()
                yield str(named.value) if isinstance(named, ast.Constant) else own


def _decorators(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield node.name, decorator


def _is_call_of(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=called)) | ast.Call(func=ast.Attribute(attr=called)):
            return called == name
    return False


def _place(node: ast.expr, lines: list[str]) -> Place:
    """Return the place of a node. The columns of ast count bytes."""
    line = lines[node.lineno - 1]
    end = node.end_col_offset if node.end_lineno == node.lineno else None
    start = len(line.encode()[: node.col_offset].decode()) + 1
    return Place(node.lineno, start, start + 1 if end is None else len(line.encode()[:end].decode()) + 1)
