"""`brine emulators`: run only moto and httpbin, for the containers of `sam local`."""

from __future__ import annotations

import platform
import socket
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from brine_cli.commands import signals
from brine_cli.commands.sam_commands import DOCKER_NAME, sam_commands
from brine_cli.commands.serve.emulators_options import DOCKER_BRIDGE
from brine_cli.emulators.api import EmulatorApi
from brine_cli.emulators.resources import complete_resources, create_resources
from brine_cli.emulators.run import run_emulator
from brine_cli.project.stack_files import vendor_if_needed
from brine_cli.template.data import data_resources
from brine_cli.template.stacks import read_stack_template, resolve_stacks

if TYPE_CHECKING:
    from brine_cli.commands.serve.emulators_options import EmulatorsOptions


def run(options: EmulatorsOptions) -> None:
    """Serve until stopped. Raises CommandError."""
    vendor_if_needed(options.template)
    template = read_stack_template(options.template)
    httpbin_parameters = sorted(template.origin_parameters)
    # No resource depends on their values.
    given = dict(options.parameters)
    resources = data_resources(
        *resolve_stacks(template, {**dict.fromkeys(httpbin_parameters, "http://httpbin.invalid"), **given}, {})
    )
    host = options.host or (DOCKER_BRIDGE if _is_ours(DOCKER_BRIDGE) else "127.0.0.1")
    with signals.until_stopped(), ExitStack() as stack:
        # No secret path: samconfig.toml and the credentials of `sam local` have a fixed URL.
        hosts, origins = (DOCKER_NAME, *options.allow_host), options.allow_origin
        moto = run_emulator("moto", host=host, port=options.aws_port, secret="", hosts=hosts, origins=origins)
        aws = stack.enter_context(moto)
        httpbin = stack.enter_context(run_emulator("httpbin", host=host, port=options.httpbin_port))
        # `sam local` resolves !Ref to the logical id, so the resources get these names.
        with closing(EmulatorApi(aws)) as api:
            complete_resources(resources, api, create_resources(resources, api, name_of=str))
        print(f"AWS (moto)  {aws} with {', '.join(resources)}")
        print(f"httpbin     {httpbin}")
        print("\nIn another shell:")
        urls = {"AwsEndpointUrl": aws, **dict.fromkeys(httpbin_parameters, httpbin)}
        for line in sam_commands(template, options.template, urls, given, platform.machine()):
            print(f"  {line}", flush=True)
        signals.wait()


def _is_ours(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
