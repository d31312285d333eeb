"""The lines about mistakes, and about functions that cannot be loaded because of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from brine_cli.serving.mistakes import is_about, joined, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from brine_cli.checking.finding import Finding
    from brine_cli.serving.description import Description
    from brine_cli.serving.runner import Mistake


class MistakeLines:
    """Yields the lines. It tells mistakes again only after one has changed.

    find: returns the mistakes of the files, also those of the import of these functions.
    known_failures: why functions could not be loaded, as far as a line has told it.
    """

    def __init__(self, find: Callable[[Collection[str]], Sequence[Finding]]) -> None:
        self._find = find
        self._told: frozenset[Finding] = frozenset()
        self.known_failures: set[str] = set()

    def of(self, mistakes: Sequence[Finding]) -> Iterator[str]:
        """Yield all mistakes in one text, if one of them is new."""
        is_new = not self._told.issuperset(mistakes)
        self._told = frozenset(mistakes)
        if is_new:
            yield text_of(mistakes)

    def of_start(self, failures: Mapping[str, str], description: Description) -> Iterator[str]:
        """Yield why functions could not be started. failures: the messages by function."""
        mistakes, explained = self._explained(failures, description)
        self.known_failures.update(failures.values())
        for name, failure in failures.items():
            if name not in explained:
                yield f"{failure}\n{name} will answer with errors until this is fixed; the next request tries again"
        yield from self.of(mistakes)
        if explained:
            yield f"{', '.join(explained)} cannot start. Requests get an error until this is mended"

    def of_change(self, failures: Mapping[str, Mistake], description: Description) -> Iterator[str]:
        """Yield why functions go on as they were before a change of their files."""
        mistakes, explained = self._explained(failures, description)
        others = defaultdict(list)
        for name, failure in failures.items():
            if name not in explained:
                others[failure].append(name)
        if explained:
            self._told = frozenset(mistakes)
            yield f"{', '.join(explained)}: not reloaded, the last good state serves. {text_of(mistakes)}"
        for failure, names in others.items():
            details = f"\n{failure.details}" if failure.details else ""
            yield f"{', '.join(names)}: not reloaded, the last good state serves. {failure.line}{details}"
        yield from self.of(mistakes)

    def _explained(self, failures: Collection[str], description: Description) -> tuple[tuple[Finding, ...], list[str]]:
        """Return all mistakes, and those of these functions that cannot be loaded because of one."""
        if not failures:
            return description.mistakes, []
        mistakes = joined(description.mistakes, self._find(failures))
        functions = description.application.functions
        return mistakes, [name for name in failures if any(is_about(one, functions[name]) for one in mistakes)]
