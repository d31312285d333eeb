"""Refuses YAML that is nested so deeply, or that its aliases make so large, that reading it would end the process.

libyaml composes nodes by recursion in C, so a deep document overflows the stack. An alias of aliases of aliases is
short, and stands for any number of nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_LEVELS: Final = 100
MOST_NODES: Final = 200_000
"""Nodes of a document with the copies that aliases stand for. A template of CloudFormation has at most 1 MB."""


def check_limits(text: str, loader: Any) -> None:
    """Raise MarkedYAMLError for a document beyond the limits. A mistake of syntax may raise it too."""
    count_nodes(yaml.parse(text, Loader=loader))


def count_nodes(events: Iterable[yaml.Event]) -> int:
    """Return the nodes of a document, with those that aliases stand for. Raises MarkedYAMLError beyond the limits."""
    anchored: dict[str, int] = {}
    open_anchors: list[str | None] = []
    sizes = [0]
    for event in events:
        match event:
            case yaml.CollectionStartEvent():
                open_anchors.append(event.anchor)
                sizes.append(1)
                if len(open_anchors) > MOST_LEVELS:
                    raise _refused(f"it is nested more than {MOST_LEVELS} levels deep", event)
                continue
            case yaml.CollectionEndEvent():
                anchor, size = open_anchors.pop(), sizes.pop()
            case yaml.ScalarEvent():
                anchor, size = event.anchor, 1
            case yaml.AliasEvent():
                if event.anchor in open_anchors:
                    raise _refused(f"the alias {event.anchor} is inside of what it stands for", event)
                anchor, size = None, anchored.get(event.anchor or "", 1)
            case _:
                continue
        if anchor is not None:
            anchored[anchor] = size
        sizes[-1] += size
        if sizes[-1] > MOST_NODES:
            raise _refused(f"it has more than {MOST_NODES:,} nodes with the copies of its aliases", event)
    return sizes[0]


def _refused(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    mark: Any = event.start_mark  # of libyaml or of Python
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
