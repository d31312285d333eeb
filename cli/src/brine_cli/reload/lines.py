"""The lines that tell the user of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.serving.served import Changes


def lines_of(changes: Changes, seconds: float) -> Iterator[str]:
    """Yield a line for each kind of change that had an effect. `seconds`: how long it took."""
    functions = changes.functions
    for differences, names in functions.replaced.items():
        yield f"reloaded {', '.join(names)}: {', '.join(differences)} ({seconds:.1f} s)"
    for name in functions.added:
        yield f"started {name}, which is new in the template"
    for name in functions.removed:
        yield f"stopped {name}, which the template has no longer"
    if changes.new_routes:
        yield f"serves {', '.join(changes.new_routes)} too"
    if changes.old_routes:
        yield f"serves {', '.join(changes.old_routes)} no longer"
    if changes.new_resources:
        yield f"created {', '.join(changes.new_resources)} in the AWS emulator"
    if changes.other_resources:
        yield (
            f"{', '.join(changes.other_resources)}: the AWS emulator keeps what it has. Start `brine dev` anew to make "
            "it as the template says now"
        )
    if functions.mended:
        yield f"the mistake is gone: {', '.join(functions.mended)} runs the files as they are now"
    yield from changes.mistakes
    yield from changes.notices
