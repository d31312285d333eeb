"""The routes of docs/recipes.md, with local servers in the place of the example addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE: Final = Path(__file__).parents[3] / "docs/recipes.md"
_BLOCK: Final = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EXAMPLE: Final = re.compile(r"https://[a-z.]*example\.com")


def routes(servers: Mapping[str, str]) -> str:
    """Return the text of routes.toml with every recipe. `servers`: local URLs by the example URLs that they replace.

    Raises KeyError for an example without a server, and ValueError for a server that no recipe asks for.
    """
    text = "\n".join(_BLOCK.findall(PAGE.read_text()))
    examples = set(_EXAMPLE.findall(text))
    if unused := servers.keys() - examples:
        raise ValueError(f"no recipe has {sorted(unused)}")
    return _EXAMPLE.sub(lambda match: servers[match.group()], text)
