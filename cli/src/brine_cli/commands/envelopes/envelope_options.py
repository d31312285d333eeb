"""The options that `brine seal` and `brine open` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from brine_cli.commands.options import FILE

if TYPE_CHECKING:
    from collections.abc import Callable


def key_options[F: Callable[..., object]](function: F) -> F:
    """Add the options that say where secrets are."""
    for add in reversed(_OF_KEYS):
        function = add(function)
    return function


def envelope_options[F: Callable[..., object]](function: F) -> F:
    """Add the options for the context, the classes and the keys of an envelope."""
    for add in reversed(_OF_ENVELOPES):
        function = add(function)
    return key_options(function)


def check_context(context: tuple[str, ...], response: str | None, message: tuple[str, str] | None) -> None:
    """Raise UsageError if the user gave the context in two forms."""
    if sum((bool(context), response is not None, message is not None)) > 1:
        raise click.UsageError("Give the context in one form: --context, --response or --message.")


_OF_ENVELOPES: Final = (
    click.option(
        "--context",
        multiple=True,
        metavar="PART",
        help="A part of the context that the envelope is bound to. Repeat the option for each part, in order.",
    ),
    click.option("--response", metavar="TARGET", help="The context of a response: the path and query of its request."),
    click.option(
        "--message",
        nargs=2,
        type=str,
        metavar="CHANNEL SENDER",
        help="The context of a message: its channel, and the principal of its sender, such as user/ana.",
    ),
    click.option(
        "--types",
        type=FILE,
        metavar="FILE",
        show_default="routes/types.toml or layers/routes/types.toml, if it exists",
        help="The types.toml that declares the classes of the object, with the files of types.d beside it.",
    ),
)
_OF_KEYS: Final = (
    click.option("--endpoint-url", metavar="URL", help="The AWS emulator that has the secret of the keyring."),
    click.option("--region", metavar="NAME", help="The AWS region that has the secret of the keyring."),
)
