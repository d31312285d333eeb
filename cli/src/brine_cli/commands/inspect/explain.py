"""`brine explain`: the outcome of a request now, and the reasons."""

from __future__ import annotations

import click

from brine_cli.commands.stack_options import admin_client, stack_options


@click.command(epilog="docs/explain.md describes each part of the report and of the JSON.")
@click.argument("url")
@click.option(
    "-X", "--request", "--method", "method", metavar="METHOD", help="The method. Default: GET, or POST with -d."
)
@click.option(
    "-H",
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A header of the request. May be repeated. Without Accept, it is */*, as curl sends it.",
)
@click.option("-d", "--data", "body", metavar="BODY", help="The content of the request; @FILE reads it from a file.")
@click.option("--tenant", metavar="NAME", help="The tenant of the request, in the place of a token or a header.")
@click.option("--brief", is_flag=True, help="Show only the verdict and its reasons.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as one JSON document.")
@click.option(
    "--twin",
    metavar="URL",
    help="The running twin. Without it: that of the template here, else the one that started last.",
)
@stack_options
def command(  # noqa: PLR0917 - one argument for each option
    url: str,
    method: str | None,
    headers: tuple[str, ...],
    body: str | None,
    tenant: str | None,
    brief: bool,
    as_json: bool,
    twin: str | None,
    stack: str | None,
    region: str | None,
    endpoint_url: str | None,
) -> int:
    """Explain whether a request to a twin or a stack would be a hit now, and why. No request reaches the origin.

    URL is a path with its query, or a complete URL. The report begins with one sentence: a hit or not, and why. Then
    come the reasons with their sections of the RFCs, the route, the request that the origin would get, the key, the
    stored responses with their times, tags and purges, the limits and the cost.

    \b
    Examples:
      brine explain /httpbin/cache/60
      brine explain /orders/7 -H 'Cache-Control: max-age=0' --brief
      brine explain /orders --tenant acme --json | jq -r .verdict.sentence
      brine explain /orders/7 --stack brine
      brine explain /graphql -H 'Content-Type: application/json' -d '{"query": "{shop}"}'
    """
    from brine_cli.explained.explain_command import explain_request, own_machine  # noqa: PLC0415 - not for the help

    members = {"url": url, "method": method, "headers": headers, "body": body, "tenant": tenant}
    place = twin or (own_machine(url) if stack is None else None)
    return explain_request(members, admin_client(place, stack, region, endpoint_url), is_brief=brief, as_json=as_json)
