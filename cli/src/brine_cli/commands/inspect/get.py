"""`brine get`: an answer, the part of each cache in it, and the time of each step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence


class Header(click.ParamType):
    """`NAME: VALUE`, as a pair."""

    name = "header"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return the name and the value."""
        if isinstance(value, tuple):
            return value
        name, colon, text = value.partition(":")
        if not colon or not name.strip() or " " in name.strip() or not value.isprintable():
            self.fail(f"{value!r} is not of the form 'NAME: VALUE'. Write -H 'Accept: text/html'.", param, ctx)
        return name.strip(), text.strip()


@click.command(epilog="docs/list-stored-responses.md has an example of each part of the output.")
@click.argument("url")
@click.option("-H", "--header", "headers", multiple=True, type=Header(), metavar="'NAME: VALUE'", help="Repeatable.")
@click.option("-X", "--method", metavar="METHOD", help="Without the option: GET, and POST with -d.")
@click.option(
    "-d", "--data", metavar="TEXT", help="The body, as JSON unless -H says else. @FILE reads a file, @- stdin."
)
@click.option("--repeat", default=1, type=click.IntRange(1, 100_000), metavar="N", help="Send the request N times.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the body.")
@click.option("--all", "is_whole", is_flag=True, help="Show a long body in full.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document for each answer.")
@click.option(
    "--twin",
    metavar="URL",
    help="Send it to this twin. Without it, a path goes to that of the template here, else to the last started one.",
)
def command(*, headers: Sequence[tuple[str, str]], **options: Any) -> int:
    """Send a request, and explain its answer.

    URL is a path of the running twin, such as /api/orders/7, or a URL of any server. The answer is shown with its
    headers and its body. Below them, words explain the part of each cache (Cache-Status, RFC 9211), and the time
    of each step. Redirects are shown and not followed. If the output is no terminal, it is the body alone.

    \b
    Examples:
      brine get /api/orders/7
      brine get /api/orders/7 --repeat 5
      brine get /api/search -d '{"q": "brine"}' -H 'Accept-Language: de'
      brine get https://example.com/logo.png -o logo.png
      brine get /api/orders/7 --json | jq .cache_status
    """
    from brine_cli.fetching.get_command import GetOptions, run  # noqa: PLC0415 - the help needs none of it

    if options["repeat"] > 1 and options["output"] is not None:
        raise click.UsageError("-o saves one body. Leave out --repeat, or -o.")
    return run(GetOptions(headers=tuple(headers), **options))
