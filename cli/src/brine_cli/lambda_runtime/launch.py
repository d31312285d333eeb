"""The settings to run a function as Lambda does: the files in /opt, the import path, the environment variables."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from sysconfig import get_path
from types import MappingProxyType
from typing import TYPE_CHECKING

from brine_cli.emulators.credentials import CREDENTIALS
from brine_cli.template.intrinsics import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from brine_cli.template.functions import Function

_OPT = "/opt"
_BYTECODE = shutil.ignore_patterns("__pycache__")  # it may be older than the source, and look as new
_ENDPOINT = "AWS_ENDPOINT_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The settings to start a function.

    path: folders before the standard library on sys.path.
    variables: the complete environment.
    show: gets the stdout of the function, line by line. Without it, the function uses the twin's stdout.
    opt: the folder that is /opt for the function. copied: the folders of the layers that were copied into it.
    """

    name: str
    arn: str
    handler: str
    code: Path
    path: tuple[Path, ...]
    variables: Mapping[str, str]
    timeout: float
    show: Callable[[str], None] | None = None
    opt: Path | None = None
    copied: tuple[Path, ...] = ()

    def with_sources(self, text: str) -> str:
        """Return a message of the function with the user's files in the place of their copies in `opt`."""
        if self.opt is None:
            return text
        return re.sub(re.escape(f"{self.opt}{os.sep}") + r"([\w./-]*\w)", self._source, text)

    def _source(self, found: re.Match[str]) -> str:
        files = (layer / found[1] for layer in reversed(self.copied))
        return next((str(file) for file in files if file.exists()), found[0])

    def folders(self) -> tuple[list[str], list[str]]:
        """Return the folders of sys.path before the standard library and after it."""
        return [str(folder) for folder in self.path], sorted({get_path("purelib"), get_path("platlib")})


def prepare(
    function: Function,
    opt: Path,
    *,
    variables: Mapping[str, str],
    show: Callable[[str], None] | None,
    endpoint: str | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Launch:
    """Copy the function's unbuilt layers into the folder `opt`, and return the settings to start it.

    endpoint: AWS_ENDPOINT_URL, unless the template gives it a value that is not empty.
    variables: replace declared variables of the same name. more: replace or add variables.
    show: see Launch.
    """
    shutil.rmtree(opt, ignore_errors=True)
    opt.mkdir(parents=True)
    copied = tuple(layer.content for layer in function.layers if not layer.is_built)
    for content in copied:
        shutil.copytree(content, opt, dirs_exist_ok=True, ignore=_BYTECODE)
    declared = {name: variables.get(name, value) for name, value in function.environment.items()} | dict(more)
    if endpoint is not None and not declared.get(_ENDPOINT):
        declared[_ENDPOINT] = endpoint
    plain = [opt / "python"] if (opt / "python").is_dir() else []
    return Launch(
        name=function.logical_id,
        arn=function.arn,
        handler=function.handler,
        code=function.code,
        path=(function.code, *(layer.content for layer in function.layers if layer.is_built), *plain),
        variables=_lambda_variables(function) | {name: _in_opt(value, opt) for name, value in declared.items()},
        timeout=function.timeout,
        show=show,
        opt=opt,
        copied=copied,
    )


def _in_opt(value: str, opt: Path) -> str:
    """Return `value` with a path in /opt replaced by one in `opt`."""
    return str(opt) + value.removeprefix(_OPT) if value == _OPT or value.startswith(f"{_OPT}/") else value


def _lambda_variables(function: Function) -> dict[str, str]:
    """Return the variables of Lambda (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html)."""
    return CREDENTIALS | {
        "_HANDLER": function.handler,
        "AWS_CONFIG_FILE": os.devnull,  # not that of the developer
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.logical_id,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.logical_id}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local-twin",
        "AWS_REGION": REGION,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": str(function.code),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TZ": ":UTC",
    }
