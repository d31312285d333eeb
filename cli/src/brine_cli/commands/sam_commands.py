"""The commands that build a template and run it in the containers of `sam local`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from brine_cli.template.stacks import StackTemplate

DOCKER_NAME: Final = "host.docker.internal"
"""Docker's name for this machine. On Linux, `--add-host` or samconfig.toml defines it in the containers."""
_OPTIONS: Final = f"--add-host {DOCKER_NAME}:host-gateway --skip-pull-image --warm-containers LAZY"
"""The options that samconfig.toml gives to `template.yaml`. The SAM CLI reads that file only beside a template."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def sam_commands(
    stack: StackTemplate, path: Path, urls: Mapping[str, str], given: Mapping[str, str], machine: str
) -> Iterator[str]:
    """Yield the commands for a machine of this kind, and comments.

    path: of the template, as the user named it. urls: of the emulators, by parameter. given: other parameters.
    Overrides on the command line replace all overrides of samconfig.toml.
    """
    processor = "x86_64" if machine.lower() in {"x86_64", "amd64"} else "arm64"
    defaults = {name: str((declared or {}).get("Default", "")) for name, declared in stack.template.parameters.items()}
    of_user = {name: value for name, value in defaults.items() if _is_of_this_machine(value)} | dict(given)
    values = {name: _from_containers(url) for name, url in urls.items()}
    values |= {name: _from_containers(url) if _is_of_this_machine(url) else url for name, url in of_user.items()}
    overrides = " ".join(
        f"{name}={shlex.quote(value)}" for name, value in {"Architecture": processor, **values}.items()
    )
    if path == Path("template.yaml") and not stack.nested:
        yield "uv run sam build"
        yield f"uv run sam local start-api --parameter-overrides {overrides}"
    else:
        built = Path(".aws-sam", stack.template.path.parent.name)  # not the folder that `sam deploy` takes by default
        yield f"uv run sam build --template {path} --build-dir {built}"
        if stack.nested:
            yield f"uv run brine local-template --template {built}/template.yaml"
        name = "local" if stack.nested else "template"
        yield f"uv run sam local start-api --template {built}/{name}.yaml {_OPTIONS} --parameter-overrides {overrides}"
    if any(_is_of_this_machine(value) for value in of_user.values()):
        yield "# Containers cannot reach a server that listens at 127.0.0.1 alone: let it listen at 0.0.0.0."


def _from_containers(url: str) -> str:
    """Return the URL with Docker's name for this machine."""
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=f"{DOCKER_NAME}{port}").geturl()


def _is_of_this_machine(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and parts.hostname in _LOOPBACK
    except ValueError:  # half an IPv6 address
        return False
