"""`brine tail`: the live requests of a running twin, with filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Parsed(click.ParamType):
    """A text that a function of brine_cli.live.client.filters can read. The value stays as it is, if `keeps`."""

    def __init__(self, name: str, *, keeps: bool = False) -> None:
        self.name = name
        self._keeps = keeps

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text or its value. Fails with the error of the function."""
        from brine.domain.listing.sizes import byte_size  # noqa: PLC0415 - the help needs no filter
        from brine_cli.live.client import filters  # noqa: PLC0415 - the same

        read: Callable[[str], object] = {
            "result": filters.result_of,
            "status": filters.status_range,
            "duration": filters.seconds_of,
            "size": byte_size,
        }[self.name]
        if not isinstance(value, str):
            return value
        try:
            parsed = read(value)
        except ValueError as error:
            self.fail(f"{str(error).rstrip('.')}.", param, ctx)
        return value if self._keeps else parsed

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the results that begin so, with the `!` of the user. No other kind has a list of values."""
        from brine_cli.live.client.filters import RESULTS  # noqa: PLC0415 - as above

        if self.name != "result":
            return super().shell_complete(ctx, param, incomplete)
        names = (f"{'!' if incomplete.startswith('!') else ''}{result}" for result in RESULTS)
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(epilog="docs/watch-requests.md describes each column and each member of the JSON.")
@click.option("--route", "routes", multiple=True, metavar="NAME", help="Requests to this route.")
@click.option(
    "--result",
    "results",
    multiple=True,
    type=Parsed("result", keeps=True),
    metavar="RESULT",
    help="Requests with this result: hit, stale, collapsed, miss, validated, pass, refused or problem.",
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=Parsed("status", keeps=True),
    metavar="STATUS",
    help="Answers with this status: 404, 4xx or 500-503.",
)
@click.option("--method", "methods", multiple=True, metavar="METHOD", help="Requests with this method.")
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    help="Requests to a path of this form, such as '/orders/*'. The query does not count.",
)
@click.option("--function", "functions", multiple=True, metavar="NAME", help="Requests to this function.")
@click.option("--reason", "reasons", multiple=True, metavar="GLOB", help="Such as 'request:*', stale or set-cookie.")
@click.option("--slower-than", type=Parsed("duration"), metavar="DURATION", help="Longer in total: 200ms, 1.5s.")
@click.option("--origin-slower-than", type=Parsed("duration"), metavar="DURATION", help="Longer at the origin.")
@click.option("--larger-than", type=Parsed("size"), metavar="SIZE", help="Answers with a larger body: 500, 100KB, 2MB.")
@click.option("--problems", "with_problems", is_flag=True, help="Answers with a problem, a fault, a note or a 5xx.")
@click.option("--last", default=0, type=click.IntRange(0, 200), metavar="N", help="Begin with the last N requests.")
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after N requests.")
@click.option("--json", "as_json", is_flag=True, help="One record in JSON for each request.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without it: that of the template here, else the one that started last.",
)
def command(*, last: int, count: int | None, as_json: bool, twin: str | None, **filters: Any) -> int:
    """Show the requests to a running twin as they come.

    The filters must all hold. An option that is given twice holds for either value, and '!' before a value excludes
    it. Texts may have the wildcards of a shell. If the twin stops, the command waits until it is there again. Ctrl-C
    ends it.

    \b
    Examples:
      brine tail
      brine tail --result miss --result pass --path '/orders/*'
      brine tail --status 5xx --slower-than 200ms
      brine tail --result '!hit' --last 50
      brine tail --json --count 10 | jq .reason
    """
    from brine_cli.commands.inspect.following import follow  # noqa: PLC0415 - the help needs no twin
    from brine_cli.live.client.filters import RecordFilter  # noqa: PLC0415 - the same

    return follow(RecordFilter(**filters), twin, last=last, count=count, as_json=as_json)
