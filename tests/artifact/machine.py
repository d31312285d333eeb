"""A function from the output of `sam build`, laid out and started as Lambda does it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from brine_cli.template.intrinsics import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from brine_cli.template.functions import Function

SITE_PACKAGES: Final = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


@dataclass(frozen=True, slots=True)
class Machine:
    """The folders and the environment variables that a function finds. `task` is /var/task, `opt` is /opt."""

    task: Path
    opt: Path
    handler: str
    variables: Mapping[str, str]

    def python(self, code: str, *arguments: str, runtime: tuple[Path, ...] = ()) -> list[str]:
        """The command that runs `code`, which can import only function, layers, `runtime` and standard library."""
        path = [self.task, self.opt / "python" / SITE_PACKAGES, self.opt / "python", *runtime]
        # -I -S: neither the workspace's packages nor variables of the shell. -B: /var/task and /opt are read-only.
        start = f"import sys; sys.path[:0] = {[str(folder) for folder in path]}\n"
        return [sys.executable, "-I", "-S", "-B", "-c", start + code, *arguments]


def lay_out(function: Function, opt: Path) -> Machine:
    """Merge the function's layers into `opt`, as Lambda merges them into /opt. Two with the same file are an error."""
    for layer in function.layers:
        for file in filter(lambda path: path.is_file(), layer.content.rglob("*")):
            place = opt / file.relative_to(layer.content)
            # Every layer has pip's list of installed files, which no code reads.
            assert not place.exists() or place.name == "requirements.txt", f"{layer.logical_id} overwrites {place}"
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
    variables = dict(function.environment) | {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "test",
        "AWS_LAMBDA_FUNCTION_NAME": function.logical_id,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": f"{function.timeout:.0f}",
        "LAMBDA_TASK_ROOT": str(function.code),
        "TZ": ":UTC",
    }
    at_opt = {
        name: value.replace("/opt/", f"{opt}/", 1) for name, value in variables.items() if value.startswith("/opt/")
    }
    return Machine(function.code, opt, function.handler, variables | at_opt)
