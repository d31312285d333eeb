"""A YAML file with the places of its keys and values, and with the mistakes of its syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import yaml

from brine_cli.checking.configuration.secrets_in_lines import is_secret_yaml
from brine_cli.checking.finding import Finding, Place
from brine_cli.template.documents.yaml_limits import check_limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    type YamlPath = tuple[str | int, ...]

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # five times as fast, if libyaml is there


class YamlFile:
    """A template as nodes with marks. findings: the mistakes of syntax, and the keys that are there twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.root: yaml.Node | None = None
        self._lines: list[str] = []
        self._places: dict[YamlPath, tuple[Place, Place]] = {}
        try:
            text = path.read_text(encoding="utf-8")
            self._lines = text.split("\n")
            check_limits(text, _LOADER)
            self.root = yaml.compose(text, Loader=_LOADER)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            self._add("BR001", None, f"cannot be read: {reason}.", "Correct the path.")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = None if mark is None else Place(mark.line + 1, mark.column + 1, mark.column + 2)
            reason = error.problem or error.context or "it is not YAML"
            self._add("BR001", place, f"not valid YAML: {reason}.", _yaml_remedy(reason, self._line(place)))
        except yaml.YAMLError as error:
            self._add("BR001", None, f"not valid YAML: {' '.join(str(error).split())}.", "Correct the file.")
        if self.root is not None:
            self._walk(self.root, ())

    @property
    def is_readable(self) -> bool:
        """Whether the file is YAML."""
        return self.root is not None

    def finding(
        self, code: str, path: YamlPath, *, message: str, remedy: str, given: str = "", is_key: bool = False
    ) -> Finding:
        """Return a finding at the place of a key or of its value, or else at the nearest place above it."""
        place = None
        for end in range(len(path), 0, -1):
            if path[:end] in self._places:
                key, value = self._places[path[:end]]
                place = key if is_key or end < len(path) else value
                break
        resource = str(path[1]) if path[:1] == ("Resources",) and len(path) > 1 else ""
        return self.at(code, place, message=message, remedy=remedy, given=given, resource=resource)

    def at(
        self, code: str, place: Place | None, *, message: str, remedy: str, given: str = "", resource: str = ""
    ) -> Finding:
        """Return a finding at a place."""
        return Finding(
            code=code,
            file=self.path,
            place=place,
            given=given,
            message=message,
            remedy=remedy,
            shown=self._line(place),
            resource=resource,
        )

    def _add(self, code: str, place: Place | None, message: str, remedy: str, given: str = "") -> None:
        self.findings.append(self.at(code, place, message=message, remedy=remedy, given=given))

    def _line(self, place: Place | None) -> str:
        """Return a line as it may be shown: "" if it may have a secret."""
        line = self._lines[place.line - 1] if place is not None and place.line <= len(self._lines) else ""
        return "" if is_secret_yaml(line) else line

    def _walk(self, node: yaml.Node, path: YamlPath) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                own = (*path, str(key.value))
                if own in self._places and key.value != "<<":
                    text = f'"{key.value}" is here twice, and YAML takes the last one.'
                    self._add("BR010", place_of(key), text, "Leave one out.", str(key.value))
                    continue
                self._places[own] = (place_of(key), place_of(value))
                self._walk(value, own)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._places[(*path, index)] = (place_of(value), place_of(value))
                self._walk(value, (*path, index))


def place_of(node: yaml.Node) -> Place:
    """Return the place of a node, or of its first line."""
    start, end = node.start_mark, node.end_mark
    last = end.column if end.line == start.line else start.column + 1
    return Place(start.line + 1, start.column + 1, max(last, start.column + 1) + 1)


def entries(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield the keys and values of a mapping, and none for another node."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value


def child(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    """Return the value under these keys, or None."""
    for key in keys:
        node = next((value for name, value in entries(node) if name.value == key), None)
    return node


def _yaml_remedy(reason: str, line: str) -> str:
    if "\t" in line or "\\t" in reason:
        return "Write blanks in place of the tab."
    if "nested" in reason or "alias" in reason:
        return "Write it with fewer levels, or without the alias."
    if "mapping values" in reason:
        return 'Put the value into quotes if it has ": ", or correct the indentation.'
    return "Correct the indentation or the quotes of this line, or of the line above."
