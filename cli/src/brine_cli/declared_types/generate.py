"""Makes the file of types from the code, or compares both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from brine_cli.declared_types import document
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
    for source, load, is_named in _sources(settings):
        try:
            with load() as module:
                found = _tables(source, module, settings, is_named=is_named)
        except CodeNotImported as error:
            hint = "" if is_named else "\nTo leave it out, name the other files: sources in [tool.brine.types]"
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
    differences = tuple(document.differences(tables, in_file or {}))
    return Generated(settings, tables, differences, exists=in_file is not None)


def _sources(
    settings: TypesSettings,
) -> Iterator[tuple[str, Callable[[], AbstractContextManager[ModuleType]], bool]]:
    """Yield each source, how to import it, and whether it was named and not found by a pattern."""
    for source in settings.sources:
        if _PATTERN_CHARACTERS & set(source):
            files = sorted(settings.root.glob(source))
            if not files:
                raise CommandError(
                    f'no file in {settings.root} is like "{source}". Give the files or modules with your classes: '
                    "`brine types FILE_OR_MODULE... --output FILE`, or sources in [tool.brine.types] of pyproject.toml"
                )
            for file in files:
                label = file.relative_to(settings.root).as_posix()
                yield label, partial(imported_file, file, settings.root), False
        elif source.endswith(".py"):
            yield source, partial(imported_file, settings.root / source, settings.root), True
        else:
            yield source, partial(imported_module, source, settings.root), True


def _tables(source: str, module: ModuleType, settings: TypesSettings, *, is_named: bool) -> list[TypeTable]:
    """Return the tables of one source. A file that only fits a pattern may have no classes."""
    registries = registries_of(module)
    if not registries and is_named:
        if source.endswith(".py") and (settings.root / source).with_name("__init__.py").exists():
            raise CommandError(
                f"{source} is in a package, and its classes are named after their module. Name the module as the code "
                'imports it, such as "shared.messages"'
            )
        registries = [registry_of_classes(module, settings.leave_out)]
        if not registries[0].registered:
            raise CommandError(f"{source} has no brine.App, no Registry and no class with fields")
    return [table for registry in registries for table in tables_of(registry, settings.leave_out)]
