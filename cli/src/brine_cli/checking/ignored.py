"""Silences warnings by a comment in the file: `# brine: ignore BR101`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from brine_cli.checking.finding import Finding

_COMMENT: Final = re.compile(r"#\s*brine:\s*ignore\s+(?P<codes>BR\d{3}(?:[\s,]+BR\d{3})*)")


def without_ignored(findings: Iterable[Finding]) -> tuple[list[Finding], int]:
    """Return the findings without the warnings that a comment silences, and how many those are.

    The comment is in the line of the warning, or alone in the line above. Mistakes cannot be silenced.
    """
    lines: dict[Path, list[str]] = {}
    kept: list[Finding] = []
    ignored = 0
    for finding in findings:
        if finding.is_warning and finding.place is not None:
            if finding.file not in lines:
                lines[finding.file] = finding.file.read_text(encoding="utf-8", errors="replace").split("\n")
            if finding.code in _codes(lines[finding.file], finding.place.line - 1):
                ignored += 1
                continue
        kept.append(finding)
    return kept, ignored


def _codes(lines: list[str], index: int) -> set[str]:
    above = lines[index - 1].strip() if index else ""
    comments = [lines[index], above if above.startswith("#") else ""]
    found = (_COMMENT.search(comment) for comment in comments)
    return {code for one in found if one is not None for code in re.findall(r"BR\d{3}", one["codes"])}
