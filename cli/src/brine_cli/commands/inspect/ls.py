"""`brine ls`: the list of stored responses and results."""

from __future__ import annotations

import click

from brine_cli.commands.stack_options import admin_client, stack_options


class Amount(click.ParamType):
    """A duration or a size as people write it. The value stays a text: the twin reads it again."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text. Fails with the forms that are valid."""
        from brine.domain.durations import duration_seconds  # noqa: PLC0415 - the help needs neither
        from brine.domain.listing.sizes import byte_size  # noqa: PLC0415 - the same

        try:
            if self.name == "size":
                byte_size(value)
            else:
                duration_seconds(value)
        except ValueError as error:
            reason = str(error) if self.name == "size" else f"{value!r} is {error}"
            self.fail(reason, param, ctx)
        return value


STATES = ("fresh", "stale", "grace", "keep", "purged", "unknown")


@click.command(epilog="docs/list-stored-responses.md describes each column and each member of the JSON.")
@click.option("--url", metavar="PATH", help="This path and query of a client. A * at the end stands for any end.")
@click.option("--route", metavar="NAME", help="Responses of this route.")
@click.option("--tag", metavar="TAG", help="Responses and results with this tag.")
@click.option("--tenant", metavar="NAME", help="Responses and results of this tenant.")
@click.option(
    "--older-than", type=Amount("duration"), metavar="DURATION", help="With a larger age, such as 30s, 5m or 2h."
)
@click.option("--younger-than", type=Amount("duration"), metavar="DURATION", help="With a smaller age.")
@click.option("--larger-than", type=Amount("size"), metavar="SIZE", help="With a larger body: 500, 100KB, 2MB.")
@click.option(
    "--state",
    type=click.Choice(STATES),
    help="In this state. stale is grace and keep: stale, but served in need, and kept only to be validated.",
)
@click.option("--limit", default=200, type=click.IntRange(1), metavar="N", help="Show N items at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document with all facts about each item.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without it: that of the template here, else the one that started last.",
)
@stack_options
def command(
    *,
    limit: int,
    as_json: bool,
    twin: str | None,
    stack: str | None,
    region: str | None,
    endpoint_url: str | None,
    **filters: str | None,
) -> int:
    """List the responses and results that a running twin or a stack stores.

    The filters must all hold. The list shows the facts that were sealed with each item: its URL, route, age, size and
    tags, and its state after all purges. It never shows the value of a header, nor a body. An item that does not open
    is listed with the reason.

    \b
    Examples:
      brine ls
      brine ls --route orders --state stale
      brine ls --tag order-7 --json | jq -r '.items[].url'
      brine ls --url '/api/orders/*' --larger-than 100KB --older-than 5m
      brine ls --stack brine --route orders
    """
    from brine_cli.desk.list_command import list_stored  # noqa: PLC0415 - the help needs no twin

    client = admin_client(twin, stack, region, endpoint_url)
    return list_stored(filters, client, limit=limit, as_json=as_json)
