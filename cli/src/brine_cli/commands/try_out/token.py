"""`brine token`: an unsigned token for development."""

from __future__ import annotations

import click


@click.command("token")
@click.argument("claims", nargs=-1, metavar="[NAME=VALUE | FILE]...")
def command(claims: tuple[str, ...]) -> None:
    """Print an unsigned token for the routes with a JWT authorizer.

    Only `brine dev` accepts such a token: API Gateway answers 401 to it. The twin adds iss, aud, iat and exp, unless
    the claims have them. A FILE is JSON with an object of claims. A VALUE that begins with [ or { is JSON.

    \b
    Examples:
      brine token sub=ada tenant_id=acme
      brine token sub=ada scope='orders/read orders/write' 'cognito:groups=["admin"]'
      curl -H "Authorization: Bearer $(brine token sub=ada)" http://127.0.0.1:3000/orders
    """
    from brine_cli.api_gateway.authorization.claims_option import read_claims  # noqa: PLC0415  (late, for --help)
    from brine_cli.api_gateway.authorization.tokens import unsigned_token  # noqa: PLC0415  (late, for --help)

    click.echo(unsigned_token(read_claims(claims)))
