"""Makes the file of types from the code, and finds the differences between both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from brine_cli.declared_types import document
from brine_cli.declared_types.comparison import differences
from brine_cli.declared_types.registries import registries_of, registry_of_classes
from brine_cli.declared_types.type_table import tables_of
from brine_cli.errors import CodeNotImported, CommandError, shown
from brine_cli.user_code import imported_file, imported_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import ModuleType

    from brine_cli.declared_types.settings import TypesSettings
    from brine_cli.declared_types.type_table import TypeTable

_PATTERN_CHARACTERS: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Generated:
    """The file that the code makes.

    tables: by the name of the class. differences: a line for each difference between the present file and the code.
    exists: whether there is a file.
    """

    settings: TypesSettings
    tables: dict[str, TypeTable]
    differences: tuple[str, ...]
    exists: bool

    def write(self) -> None:
        """Write the file, and its folder. Raises CommandError."""
        file = self.settings.output
        text = document.written(self.tables.values(), self.settings.sources, self.settings.command)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{shown(file)} cannot be written: {error}") from None


def generate(settings: TypesSettings) -> Generated:
    """Return the file that the code of all sources makes. Imports the sources. Raises CommandError."""
    in_file = document.read(settings.output)
    tables: dict[str, TypeTable] = {}
    for source in _sources(settings):
        try:
            with source.load() as module:
                found = _tables(source, module, settings)
        except CodeNotImported as error:
            hint = "" if source.is_named else "\nTo leave it out, name the other files: sources in [tool.brine.types]"
            raise CommandError(f"{error}{hint}") from error
        for table in found:
            other = tables.get(table.name, table)
            joined = other.joined(table)
            if joined is None:
                raise CommandError(
                    f"two classes have the name {table.name} and are not alike: {other.place} and {table.place}. "
                    f'Register one by another name: registry.register({table.name.rpartition(".")[2]}, name="...", '
                    "version=1)"
                )
            tables[table.name] = joined
    for name, file in document.names_beside(settings.output).items():
        if name in tables:
            raise CommandError(f"{name} of {tables[name].place} is declared in {shown(file)} too. Delete it there")
    return Generated(settings, tables, tuple(differences(tables, in_file or {})), exists=in_file is not None)


@dataclass(frozen=True, slots=True)
class _Source:
    """A file or module with classes. load: imports it. is_named: False if only a pattern fits its path."""

    name: str
    load: Callable[[], AbstractContextManager[ModuleType]]
    is_named: bool


def _sources(settings: TypesSettings) -> Iterator[_Source]:
    """Yield the files and modules that the settings name, and the files that fit their patterns."""
    for name in settings.sources:
        if _PATTERN_CHARACTERS & set(name):
            files = sorted(settings.root.glob(name))
            if not files:
                raise CommandError(
                    f'no file in {settings.root} is like "{name}". Give the files or modules with your classes: '
                    "`brine types FILE_OR_MODULE... --output FILE`, or sources in [tool.brine.types] of pyproject.toml"
                )
            for file in files:
                path = file.relative_to(settings.root).as_posix()
                yield _Source(path, partial(imported_file, file, settings.root), is_named=False)
        elif name.endswith(".py"):
            yield _Source(name, partial(imported_file, settings.root / name, settings.root), is_named=True)
        else:
            yield _Source(name, partial(imported_module, name, settings.root), is_named=True)


def _tables(source: _Source, module: ModuleType, settings: TypesSettings) -> list[TypeTable]:
    """Return the tables of one source. A file that only fits a pattern may have no classes."""
    registries = registries_of(module)
    if not registries and source.is_named:
        if source.name.endswith(".py") and (settings.root / source.name).with_name("__init__.py").exists():
            raise CommandError(
                f"{source.name} is in a package, and its classes are named after their module. Name the module as the "
                'code imports it, such as "shared.messages"'
            )
        registries = [registry_of_classes(module, settings.leave_out)]
        if not registries[0].registered:
            raise CommandError(f"{source.name} has no brine.App, no Registry and no class with fields")
    return [table for registry in registries for table in tables_of(registry, settings.leave_out)]
