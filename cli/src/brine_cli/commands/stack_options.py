"""The options that name a deployed stack, for commands that speak to an admin API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from brine_cli.desk.client import AdminClient

STACK: Final = click.option("--stack", metavar="NAME", help="A deployed stack, in the place of a twin.")
"""The option alone, for commands that have the other two already."""
_REGION: Final = click.option("--region", metavar="NAME", help="With --stack: its AWS region.")
_ENDPOINT: Final = click.option("--endpoint-url", metavar="URL", help="With --stack: the AWS emulator that has it.")


def stack_options[F: Callable[..., object]](function: F) -> F:
    """Add the options that name a stack."""
    for add in (_ENDPOINT, _REGION, STACK):
        function = add(function)
    return function


def admin_client(twin: str | None, stack: str | None, region: str | None, endpoint_url: str | None) -> AdminClient:
    """Return the admin API of the stack, or else of the twin. Raises UsageError and CommandError."""
    if stack is None:
        if region is not None or endpoint_url is not None:
            raise click.UsageError("--region and --endpoint-url go with --stack.")
        from brine_cli.desk.client import DeskClient  # noqa: PLC0415 - not for the help
        from brine_cli.desk.twin_choice import found_twin  # noqa: PLC0415 - the same

        return DeskClient(found_twin(twin))
    if twin is not None:
        raise click.UsageError("--twin and --stack exclude each other.")
    from brine_cli.deployed.stack_client import StackPlace, connect_stack  # noqa: PLC0415 - a twin needs no AWS
    from brine_cli.waiting import waiting  # noqa: PLC0415 - the same

    with waiting(f"looking for the admin API of the stack {stack}"):
        return connect_stack(StackPlace(name=stack, region=region, endpoint_url=endpoint_url))
