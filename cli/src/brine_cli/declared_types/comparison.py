"""The differences between the classes of the code and those of the generated file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brine_cli.declared_types.document import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine_cli.declared_types.type_table import TypeTable


def differences(tables: Mapping[str, TypeTable], in_file: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each class and field that the code and the file do not have alike."""
    for name in sorted(tables.keys() | in_file.keys()):
        if name not in in_file:
            yield f"{name} of {tables[name].place}: only in the code"
        elif name not in tables:
            yield f"{name}: only in the file"
        else:
            for line in _in_class(tables[name].as_toml(), in_file[name]):
                yield f"{name} of {tables[name].place}: {line}"


def _in_class(code: dict[str, Any], file: dict[str, Any]) -> Iterator[str]:
    if code["version"] != file.get("version"):
        yield f"version: the code has {code['version']}, the file {file.get('version')}"
    if code.get("members") != file.get("members"):
        yield f"members: the code has {code.get('members')}, the file {file.get('members')}"
    of_code, of_file = code.get("fields", {}), file.get("fields", {})
    for name in dict.fromkeys((*of_code, *of_file)):
        if of_code.get(name) != of_file.get(name):
            yield f"{name}: the code has {_shown(of_code, name)}, the file {_shown(of_file, name)}"
    if of_code == of_file and list(of_code) != list(of_file):
        yield f"order of the fields: the code has {', '.join(of_code)}; the file has {', '.join(of_file)}"


def _shown(fields: dict[str, Any], name: str) -> str:
    return quoted(fields[name]) if name in fields else "no such field"
