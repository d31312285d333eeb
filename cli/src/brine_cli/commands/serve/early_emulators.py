"""The emulators of `brine dev`. That of AWS starts before the twin loads, since it takes the longest."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from brine_cli.emulators.addresses import EmulatorAddresses
from brine_cli.serving.emulated import Emulated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from brine_cli.commands.serve.dev_options import DevOptions

_USES_AWS: Final = re.compile(
    rb"AWS::(?:DynamoDB|S3|SQS|SecretsManager|SSM|Serverless::(?:SimpleTable|Application)|CloudFormation::Stack)\b"
)
"""Resources for which the AWS emulator has to run, and nested stacks, which may have such resources."""


@contextmanager
def early_emulators(options: DevOptions) -> Iterator[Emulated]:
    """Yield the emulators, with the addresses of the template. They end with the context.

    The twin decides later what it needs. If the guess here is wrong, moto starts later, or is of no use.
    """
    addresses = EmulatorAddresses.of(options.template, os.environ)
    emulated = Emulated(
        options.aws_endpoint, hosts=options.allow_host, origins=options.allow_origin, addresses=addresses
    )
    with emulated:
        if _use_aws([options.template, *(file for _, file in options.beside)]):
            emulated.start_aws()
        yield emulated


def _use_aws(templates: Iterable[Path]) -> bool:
    for template in templates:
        with suppress(OSError):  # the twin reports it
            if _USES_AWS.search(template.read_bytes()):
                return True
    return False
