"""The program that imports the code of one function, in a process of its own, and writes its mistakes.

It reads a JSON document from stdin: `path` (folders for sys.path), `handler`, and `code` (the folder of the function).
It writes a JSON list to stdout: `code`, `file`, `line`, `told`, and `module` for a module that does not exist.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class FoundInCode:
    """The mistakes so far. code: the folder with the files of the function."""

    def __init__(self, code: Path) -> None:
        self.code = code.resolve()
        self.found: list[dict[str, Any]] = []

    def add(self, code: str, told: str, place: tuple[str, int] = ("", 0), module: str | None = None) -> None:
        """Add a mistake, unless it is there already. code: of the finding. place: a file and a line."""
        one = {"code": code, "file": place[0], "line": place[1], "told": told, "module": module}
        if one not in self.found:
            self.found.append(one)

    def own(self, frames: list[tuple[str, int]]) -> tuple[str, int]:
        """Return the last of these files and lines that is of the function, and not of a library."""
        for file, line in reversed(frames):
            path = Path(file).resolve()
            if path.is_relative_to(self.code) and "site-packages" not in path.parts:
                return str(path), line
        return "", 0

    def raised(self, error: BaseException) -> None:
        """Add the text of an exception, at the line of the function that led to it."""
        from brine.errors import ConfigError  # noqa: PLC0415 - after sys.path is set

        if isinstance(error, ConfigError) and error.mistakes:
            return  # a mistake of a configuration file, which is checked by itself
        if isinstance(error, SyntaxError) and error.filename:
            self.add("BR001", f"not valid Python: {error.msg}", (error.filename, error.lineno or 0))
            return
        frames = [(one.filename, one.lineno or 0) for one in traceback.extract_tb(error.__traceback__)]
        module = error.name if isinstance(error, ModuleNotFoundError) else None
        is_setting = isinstance(error, ConfigError)
        with_near_name = traceback.TracebackException.from_exception(error)
        told = str(error) if is_setting else f"{type(error).__name__}: {with_near_name}"
        self.add("BR021" if is_setting else "BR020", told, self.own(frames), module)


@contextmanager
def every_mistake_of_decorators(found: FoundInCode) -> Iterator[None]:
    """Let the import go on after a wrong decorator of an app, so that the next wrong one is found too."""
    from brine.app.registrations import Registrations  # noqa: PLC0415 - for apps alone
    from brine.errors import ConfigError  # noqa: PLC0415 - as above

    register = Registrations.register

    def lenient(self: Registrations, function: Any, rule: str, method: str, options: dict[str, Any]) -> None:
        try:
            register(self, function, rule, method, options)
        except ConfigError as error:
            frames = [(one.filename, one.lineno or 0) for one in traceback.extract_stack()]
            told = [f"{one.given}: {one.text}" if one.given else one.text for one in error.mistakes] or [
                str(error).partition(f'{method} "{rule}": ')[2] or str(error)
            ]
            for one in told:
                found.add("BR021", one, found.own(frames))

    Registrations.register = lenient  # type: ignore[method-assign]
    try:
        yield
    finally:
        Registrations.register = register  # type: ignore[method-assign]


def check_apps(module: Any, found: FoundInCode) -> None:
    """Make the engine of each app in a module, which reads the settings and the annotations. It calls no service."""
    from brine.app.app import App  # noqa: PLC0415 - for apps alone

    for app in {id(one): one for one in vars(module).values() if isinstance(one, App)}.values():
        for function in app.registrations.functions:
            try:
                function.hints()
            except Exception as error:  # noqa: BLE001 - an annotation is code of the user
                code = function.call.__code__ if hasattr(function.call, "__code__") else None
                found.add("BR021", str(error), (code.co_filename, code.co_firstlineno) if code else ("", 0))
        if not found.found:
            try:
                app.engine()
            except Exception as error:  # noqa: BLE001 - all that stops the start of the function
                found.raised(error)


def main() -> None:
    """Check one function."""
    request = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the function prints is no answer
    sys.path[:0] = request["path"]
    sys.dont_write_bytecode = True  # it would be deployed with the function
    found = FoundInCode(Path(request["code"]))
    name = request["handler"].rpartition(".")[0].replace("/", ".")
    try:
        if request["is_app"]:
            with every_mistake_of_decorators(found):
                module = importlib.import_module(name)
            check_apps(module, found)
        else:
            importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001 - also SystemExit and KeyboardInterrupt of the user's code
        found.raised(error)
    json.dump(found.found, answer)
    answer.flush()
    os._exit(0)  # threads of the user's code may go on


if __name__ == "__main__":
    main()
