"""Records the calls of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine.service.functions.function_client import FunctionCall, FunctionResult, FunctionRunner


class RecordingRunner:
    """A FunctionRunner that records each call, each purged tag, and the last response."""

    def __init__(self, runner: FunctionRunner) -> None:
        self.runs: list[tuple[str, dict[str, str]]] = []
        self.purged: list[str] = []
        self.last_body = b""
        self._runner = runner

    def run(self, call: FunctionCall) -> FunctionResult:
        """Return the result of the function. Raises its exceptions."""
        self.runs.append((call.route, dict(call.arguments)))
        result = self._runner.run(call)
        self.purged.extend(result.purges)
        self.last_body = result.response.body
        return result
