"""Explains a request to a function of a user in a process that imports the function's code, as its worker does.

python -m brine_cli.desk.app_process < question.json
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from brine_cli.desk.not_explained import NotExplained

if TYPE_CHECKING:
    from brine_cli.lambda_runtime.launch import Launch

SECONDS: Final = 30.0
"""The time for an explanation, the import of the function's code included."""


def explained_by_process(launch: Launch, event: dict[str, Any], tenant: str | None) -> dict[str, Any]:
    """Return the explanation of a request in JSON. Raises NotExplained."""
    first, last = launch.folders()
    question = {"handler": launch.handler, "first": first, "last": last, "event": event, "tenant": tenant}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "brine_cli.desk.app_process"],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**launch.variables, "PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotExplained(f"the code of {launch.name} took more than {SECONDS:g} s to import") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout.rpartition("\n")[2] or "null") or {}
    except ValueError:
        answer = {}
    if "explanation" in answer:
        explanation: dict[str, Any] = answer["explanation"]
        return explanation
    last_line = done.stderr.strip().rpartition("\n")[2]
    raise NotExplained(f"{launch.name} cannot be explained: {answer.get('error') or last_line}")


def main() -> None:
    """Answer the question on stdin: the last line of the output is a JSON object."""
    question = json.load(sys.stdin)
    print(f"\n{json.dumps(_answer(question))}", end="")


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    from brine.adapters.lambda_http.explained import explained_event  # noqa: PLC0415 - only this process needs it
    from brine.app.app import App  # noqa: PLC0415 - only this process needs it
    from brine.app.engine import app_explainer  # noqa: PLC0415 - only this process needs it
    from brine.errors import ConfigError  # noqa: PLC0415 - only this process needs it

    sys.path[:0] = question["first"]
    sys.path += question["last"]
    sys.dont_write_bytecode = True  # it would be deployed with the code
    name = question["handler"].rpartition(".")[0].replace("/", ".")
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the code of a user
        return {"error": f"{name} cannot be imported: {type(error).__name__}: {error}"}
    apps = {id(value): value for value in vars(module).values() if isinstance(value, App)}
    if len(apps) != 1:
        return {"error": f"{name} has {len(apps) or 'no'} instances of brine.App, and one is needed"}
    [app] = apps.values()
    try:
        explainer = app_explainer(app.registrations, os.environ)
        return {"explanation": explained_event(explainer, question["event"], question["tenant"])}
    except (ConfigError, ValueError) as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main()
