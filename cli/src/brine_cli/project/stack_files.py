"""The files of the production stack: its template, its functions, and the sources of its layers.

The wheel of brine-cli contains them. A project gets a copy in its folder .brine, which its template nests. So the
version of brine-cli decides which version of Brine the project deploys.
"""

from __future__ import annotations

import shutil
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import brine_cli
from brine_cli.errors import CommandError, TemplateError
from brine_cli.template.document import properties_of, read_template
from brine_cli.template.stacks import NESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COPY_FOLDER: Final = ".brine"
"""The folder of a project with the copy. It is made anew from the installed version, so it belongs in .gitignore."""
_PACKAGE: Final = Path(brine_cli.__file__).parent
_CHECKOUT: Final = _PACKAGE.parents[2]
_IGNORED: Final = shutil.ignore_patterns("__pycache__")


def checkout() -> Path | None:
    """Return the folder of the checkout that brine-cli runs from, or None if a wheel was installed."""
    return None if (_PACKAGE / "stack").is_dir() else _CHECKOUT


def nests_copy(template: Path) -> bool:
    """Return whether a template nests a template in `.brine`. Raises TemplateError."""
    locations = (
        properties_of(resource).get(NESTED[resource["Type"]])
        for resource in read_template(template).resources.values()
        if resource["Type"] in NESTED
    )
    return any(isinstance(location, str) and Path(location).parts[:1] == (COPY_FOLDER,) for location in locations)


def vendor(project: Path) -> Path:
    """Copy the stack of the installed version into the project, in the place of an older copy. Return the folder.

    Raises CommandError.
    """
    if not project.is_dir():
        raise CommandError(f"{project} is not a folder: give the folder of a project")
    target = project / COPY_FOLDER
    names = {path.name for path in target.iterdir()} if target.is_dir() else set()
    if names and not names & {"version", "template.yaml"}:
        raise CommandError(f"{target} has other files than a copy of Brine's stack: move them, or remove the folder")
    fresh = project / f"{COPY_FOLDER}.new"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        for source, path in _files():
            if source.is_dir():
                shutil.copytree(source, fresh / path, ignore=_IGNORED)
            else:
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, fresh / path)
        (fresh / "version").write_text(f"{brine_cli.__version__}\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        fresh.replace(target)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error}") from None
    return target


def vendor_if_needed(template: Path, beside: Iterable[Path] = ()) -> None:
    """Make the copies that a template nests or that are beside it, except those of the installed version.

    beside: the templates of the stacks beside it. From a checkout, a copy is made anew each time, because the code may
    have changed. A template with a mistake needs no copy: its readers report the mistake. Raises CommandError.
    """
    projects = {path.parent.parent for path in beside if path.parent.name == COPY_FOLDER}
    with suppress(TemplateError):
        if nests_copy(template):
            projects.add(template.parent)
    for project in projects:
        _vendor_unless_current(project)


def stack_file(path: str) -> str:
    """Return the text of one file of the stack. `path`: as in the copy."""
    return ((checkout() or _PACKAGE / "stack") / path).read_text(encoding="utf-8")


def _vendor_unless_current(project: Path) -> None:
    version = project / COPY_FOLDER / "version"
    if (
        checkout() is None
        and version.is_file()
        and version.read_text(encoding="utf-8").strip() == brine_cli.__version__
    ):
        return
    vendor(project)


def _files() -> Iterator[tuple[Path, str]]:
    """Yield the files and folders of the stack, each with its path in the copy."""
    source = checkout()
    if source is None:
        packed = _PACKAGE / "stack"
        yield from ((path, path.name) for path in packed.iterdir())
        return
    document = tomllib.loads((source / "cli/pyproject.toml").read_text(encoding="utf-8"))
    for path in document["tool"]["hatch"]["build"]["hooks"]["custom"]["paths"]:
        yield source / path, path
