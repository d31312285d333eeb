"""Imports the code of functions, each in a process of its own with a time limit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from brine_cli.checking.finding import Finding, Place
from brine_cli.lambda_runtime.launch import prepare
from brine_cli.lambda_runtime.missing_modules import advice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brine_cli.checking.code.text import FunctionCode
    from brine_cli.checking.templates.functions import FoundFunction
    from brine_cli.lambda_runtime.launch import Launch

TIME_LIMIT: Final = 30.0
_CHILD: Final = "brine_cli.checking.code.child"


def mistakes_of_imports(
    functions: Sequence[tuple[FoundFunction, FunctionCode]], *, time_limit: float = TIME_LIMIT
) -> list[Finding]:
    """Return the mistakes that the import of each function raises. time_limit: seconds for each."""
    if not functions:
        return []
    with tempfile.TemporaryDirectory(prefix="brine-check-") as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(
            lambda one: _mistakes_of(one[0], one[1], Path(folder) / one[0].function.logical_id, time_limit), functions
        )
        return [finding for findings in results for finding in findings]


def _mistakes_of(found: FoundFunction, code: FunctionCode, opt: Path, time_limit: float) -> list[Finding]:
    launch = prepare(found.function, opt, variables={}, show=None)
    unknown = {name: _example(name) for name in found.variables - found.function.environment.keys()}
    variables = {**launch.variables, **unknown}
    if code.is_app:
        variables.pop("AWS_LAMBDA_FUNCTION_NAME")  # else the app reads its settings before all decorators are checked
    request = {
        "code": str(launch.code),
        "handler": launch.handler,
        "is_app": code.is_app,
        "path": [str(folder) for folder in launch.path],
    }
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that runs this command
            [sys.executable, "-I", "-m", _CHILD],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=time_limit,
            env=variables,
            cwd=launch.code,
            check=False,
        )
    except subprocess.TimeoutExpired:
        text = f"its import takes more than {time_limit:g} s."
        return [_finding(code, launch, (text, "Move what waits out of the top level of the module."))]
    try:
        mistakes = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.strip().rpartition("\n")[2]
        return [_finding(code, launch, (f"its process ended without a result: {last or done.returncode}.", ""))]
    return [_of_child(code, launch, one) for one in mistakes]


def _of_child(code: FunctionCode, launch: Launch, one: dict[str, Any]) -> Finding:
    told, hint = str(one["told"]).strip(), advice(one["module"], launch).strip()
    head, point, rest = told.partition(". ")
    message, remedy = (f"{head}.", rest) if point else (told if told.endswith(".") else f"{told}.", "")
    return _finding(code, launch, (message, f"{remedy} {hint}".strip()), one)


def _finding(
    code: FunctionCode, launch: Launch, told: tuple[str, str], of_child: dict[str, Any] | None = None
) -> Finding:
    """Return a finding. told: the message and the remedy. of_child: has its code and its place."""
    file, line = (of_child["file"], of_child["line"]) if of_child else ("", 0)
    path = Path(file) if file else code.handler_file
    place = None
    if line:
        place = code.place_of_setting(path, line, told[0].partition(" = ")[0]) or _line_place(
            line, code.line(path, line)
        )
    return Finding(
        code=of_child["code"] if of_child else "BR020",
        file=path,
        place=place,
        given="" if line else launch.name,
        message=told[0],
        remedy=told[1] or "Correct the code.",
        shown=code.line(path, place.line) if place else "",
    )


def _line_place(number: int, line: str) -> Place:
    start = len(line) - len(line.lstrip()) + 1
    return Place(number, start, max(len(line.rstrip()) + 1, start + 1))


def _example(name: str) -> str:
    """Return a value for a variable of the template with an unknown value."""
    return name.lower().replace("_", "-")
