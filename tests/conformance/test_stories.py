"""Stories of several requests, played against `brine dev` over real HTTP: they check docs/http-conformance.md."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.conformance.play import play
from tests.conformance.stories import STORIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tests.conformance.scripted_origin import ScriptedOrigin
    from tests.conformance.story import Story


@pytest.fixture(scope="module")
def waiting(twin: str, origin: ScriptedOrigin) -> Iterator[dict[str, Future[None]]]:
    """The stories in which real time passes, all at once, beside the other stories."""
    slow = [story for story in STORIES if story.waits]
    with ThreadPoolExecutor(len(slow)) as pool:
        yield {story.path: pool.submit(play, story, twin, origin) for story in slow}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.path[1:])
def test_story(story: Story, twin: str, origin: ScriptedOrigin, waiting: dict[str, Future[None]]) -> None:
    if story.waits:
        waiting[story.path].result()
    else:
        play(story, twin, origin)
