"""The lines that `brine dev` prints at its start about authorizers, because the twin is more lenient than AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine_cli.template.authorizers.kinds import JwtAuthorizer, LambdaAuthorizer

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from typing import Any

    from brine_cli.template.event_sources import ApiRoute


def authorizer_notices(
    routes: Iterable[ApiRoute], functions: Container[str], *, claims: Mapping[str, Any] | None, verifies: bool
) -> Iterator[str]:
    """Yield a line for each way in which access to `routes` differs from AWS. functions: those that run here."""
    authorizers = dict.fromkeys(route.authorizer for route in routes)
    of_tokens = " and ".join(one.name for one in authorizers if isinstance(one, JwtAuthorizer))
    if of_tokens and claims is not None:
        names = ", ".join(claims) or "no claims"
        yield (
            f"WARNING: no token is checked (--claims). Every request to a route with {of_tokens} has the claims of its "
            f"token, and these: {names}"
        )
    elif of_tokens and not verifies:
        yield (
            f"WARNING: no signature of a token is checked, and tokens without one are accepted, for {of_tokens}. "
            "`brine token` makes such a token. --verify-tokens checks signatures as AWS does"
        )
    for authorizer in authorizers:
        if isinstance(authorizer, LambdaAuthorizer) and authorizer.function not in functions:
            remedy = (
                "every request has the context of --claims"
                if claims is not None
                else "requests get 500. Give its template with --beside, or a context for it with --claims NAME=VALUE"
            )
            yield f"the function of the authorizer {authorizer.name} does not run here: {remedy}"
