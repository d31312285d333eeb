"""Adds resources to the text of a template. All other lines stay as they are, with their comments."""

from __future__ import annotations

import re

from brine_cli.errors import CommandError

_RESOURCES = re.compile(r"Resources:\s*(#.*)?$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def with_block(template: str, block: str) -> str:
    """Return the text of a template with a block of resources at the end of its Resources.

    block: lines that end with a line feed, with the logical ids indented by two spaces. They get the indentation and
    the ends of lines that the template has.

    Raises CommandError for a template without a line `Resources:`.
    """
    lines = _LINE.findall(template)
    start = next((number for number, line in enumerate(lines) if _RESOURCES.match(line)), None)
    if start is None:
        raise CommandError('the template has no line "Resources:". Without it, no function can be added.')
    end = next((number for number in range(start + 1, len(lines)) if re.match(r"[^\s#]", lines[number])), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # comments and blank lines before the next section belong to it
    newline = "\r\n" if lines[start].endswith("\r\n") else "\n"
    found = (re.match(r"( +)[^\s#]", line) for line in lines[start + 1 : end])
    indentation = next((match[1] for match in found if match), "  ")
    added = [f"{indentation}{line[2:]}" if line.strip() else line for line in _LINE.findall(block)]
    before, after = "".join(lines[:end]), "".join(lines[end:])
    return f"{before}{'' if before.endswith('\n') else newline}{''.join(added).replace('\n', newline)}{after}"
