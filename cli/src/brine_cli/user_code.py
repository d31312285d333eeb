"""Imports code of users into this process, and removes it afterwards: a function's app.py, or a module of a project."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from brine_cli.errors import CodeNotImported, CommandError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@contextmanager
def imported_file(file: Path, *folders: Path) -> Iterator[ModuleType]:
    """Run a Python file, and give its module until the context ends. Raises CommandError.

    The module has the name of the file, as in Lambda: `app` for app.py. It may import modules
    beside the file, and modules in `folders`.
    """
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise CommandError(f"{file} is no Python file: give one such as functions/shop/app.py")
    with _isolated(file.resolve().parent, *folders):
        module = importlib.util.module_from_spec(spec)
        sys.modules[file.stem] = module  # dataclasses look there for the annotations of their module
        with _mistakes_reported(shown(file)):
            spec.loader.exec_module(module)
        yield module


@contextmanager
def imported_module(name: str, *folders: Path) -> Iterator[ModuleType]:
    """Import a module by its name, such as "shop.messages", and give it until the context ends. Raises CommandError.

    folders: where it may be, besides where Python finds modules. They come first.
    """
    with _isolated(*folders):
        with _mistakes_reported(name):
            module = importlib.import_module(name)
        yield module


@contextmanager
def _isolated(*folders: Path) -> Iterator[None]:
    """Look for modules in these folders first. Remove the modules of these folders at the end.

    Two functions may each have a module with the same name, such as app or models.
    """
    places = tuple(folder.resolve() for folder in folders)
    modules, path, writes_no_bytecode = dict(sys.modules), list(sys.path), sys.dont_write_bytecode
    sys.path[:0] = map(str, places)
    sys.dont_write_bytecode = True  # bytecode in the folder of a function would be deployed with it
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = path
        sys.dont_write_bytecode = writes_no_bytecode
        for name, module in list(sys.modules.items()):
            if modules.get(name) is not module and _is_of(module, places):
                del sys.modules[name]
                if name in modules:
                    sys.modules[name] = modules[name]


def _is_of(module: ModuleType, folders: tuple[Path, ...]) -> bool:
    """Return whether a module is in one of these folders, and not of a library that is installed there."""
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    for place in [Path(place).resolve() for place in places if place]:
        for folder in folders:
            if place.is_relative_to(folder) and "site-packages" not in place.relative_to(folder).parts:
                return True
    return False


@contextmanager
def _mistakes_reported(source: str) -> Iterator[None]:
    try:
        yield
    except (Exception, SystemExit) as error:
        raise CodeNotImported(source, error) from error
