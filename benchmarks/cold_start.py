"""Compare the CPU time of a cold start between the gateway's function and a function with an app.

Each start is a process of its own that imports the function's module, as Lambda does. It opens no connection. The best
of many starts counts, and the starts of all kinds take turns. The CPU time of an interpreter that imports nothing is
subtracted. `app.handler` composes the whole gateway, because the variables are those of Lambda.

    uv run python -m benchmarks.cold_start [--modules]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 30
ROUTES = '[[route]]\nname = "bin"\nprefix = "/httpbin"\norigin = "https://httpbin.org"\nfreshness_lifetime = "1m"\n'
APP = """
from brine import App, Fetch

app = App()


@app.get("/report", freshness_lifetime="1m", grace="10m", tags=["prices"])
def report(fetch: Fetch) -> dict[str, float]:
    return {}


handler = app.handler
"""
VARIABLES = {
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "AWS_REGION": "eu-central-1",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "BRINE_BUCKET": "bucket",
    "BRINE_NAMESPACE": "test",
    "BRINE_SIGNING_KEYS_SECRET": "secret",
    "BRINE_TABLE": "table",
    "POWERTOOLS_METRICS_NAMESPACE": "Brine",
    "POWERTOOLS_SERVICE_NAME": "function",
}
PROGRAM = "import app, sys; assert app.handler; print(*sys.modules)"


def start(folder: Path, program: str, variables: dict[str, str]) -> tuple[float, set[str]]:
    """Return the CPU time of a process in milliseconds, user and system, and the words that it prints."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - the programs above
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return (usage.ru_utime + usage.ru_stime) * 1000, set(printed.split())


def measure(rounds: int = ROUNDS) -> tuple[dict[str, float], dict[str, set[str]]]:
    """Return the CPU time of each kind of start in milliseconds, and the modules that it imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "app.py").write_text(APP, encoding="utf-8")
        (folder / "gateway.toml").write_text(ROUTES, encoding="utf-8")
        gateway = VARIABLES | {"BRINE_ROUTES": str(folder / "gateway.toml")}
        starts = {
            "python": (folder, "import sys; print(*sys.modules)", VARIABLES),
            "gateway": (ROOT / "functions/gateway", PROGRAM, gateway),
            "app": (folder, PROGRAM, VARIABLES),
        }
        modules = {kind: start(*arguments)[1] for kind, arguments in starts.items()}  # writes the compiled files too
        best = dict.fromkeys(starts, float("inf"))
        for _ in range(rounds):
            for kind, arguments in starts.items():
                best[kind] = min(best[kind], start(*arguments)[0])
    return best, modules


def main() -> None:
    """Print the CPU time of each start and the ratio; with `--modules`, what only the app imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", action="store_true", help="list the modules that only the app imports")
    arguments = parser.parse_args()
    best, modules = measure()
    for kind in ("gateway", "app"):
        print(
            f"{kind:8} {best[kind] - best['python']:6.1f} ms of CPU, {len(modules[kind] - modules['python'])} modules"
        )
    own = {kind: best[kind] - best["python"] for kind in best}
    print(f"app/gateway: {own['app'] / own['gateway']:.2f}, with Python {best['app'] / best['gateway']:.2f}")
    if arguments.modules:
        print(*sorted(modules["app"] - modules["gateway"]), sep="\n")


if __name__ == "__main__":
    main()
