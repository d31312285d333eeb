"""Runs one function in its own process, as the runtime of Lambda does: one init, then one event after the other.

This file is a module and a program. As a program, and in the fork server, it may use only the standard library, since
the process must see only the function's folder, its layers and the installed packages. It communicates over one socket
in frames: two 4-byte lengths, a JSON head, a payload. The first frame says which handler to load. The process ends when
the other end closes the socket.
"""

from __future__ import annotations

import decimal
import importlib
import json
import os
import queue
import socket
import struct
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

    type Handler = Callable[[Any, Any], Any]
    type Head = dict[str, Any]

_IMPORTLIB = importlib.__file__
_STANDARD_LIBRARY = tuple(sys.path)
# By name, since the package belongs to the function and may not be imported here.
_CONFIG_ERROR = ("brine.errors", "ConfigError")
_LENGTHS = struct.Struct(">II")


def pack_frame(head: Head, payload: bytes = b"") -> bytes:
    """Return one frame as bytes."""
    packed = json.dumps(head).encode()
    return _LENGTHS.pack(len(packed), len(payload)) + packed + payload


def read_frame(stream: IO[bytes]) -> tuple[Head, bytes] | None:
    """Return the next frame of a stream, or None at its end."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    head_length, payload_length = _LENGTHS.unpack(lengths)
    head, payload = stream.read(head_length), stream.read(payload_length)
    return (json.loads(head), payload) if len(head) + len(payload) == head_length + payload_length else None


class Context:
    """The context argument of a handler (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html)."""

    def __init__(self, request_id: str, arn: str, deadline: float) -> None:
        self.aws_request_id = request_id
        self.invoked_function_arn = arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = None
        # Only requests of a mobile SDK have values in it.
        self.identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function is stopped, never below zero."""
        return max(0, int((self._deadline - time.time()) * 1000))


class WholeLines:
    """A text stream for several threads. Each line reaches `stream` in one write, so no other thread breaks it.

    `print` writes a text and its line break apart, and the twin reads the output line by line.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._begun = threading.local()
        self._writing = threading.Lock()

    def write(self, text: str) -> int:
        """Keep a line until its end comes, then write it."""
        whole, end, self._begun.line = (getattr(self._begun, "line", "") + text).rpartition("\n")
        self._pass_on(whole + end)
        return len(text)

    def flush(self) -> None:
        """Write the line of this thread as far as it is there."""
        begun, self._begun.line = getattr(self._begun, "line", ""), ""
        self._pass_on(begun)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _pass_on(self, text: str) -> None:
        with self._writing:
            if text:
                self._stream.write(text)
            self._stream.flush()


class Worker:
    """One environment, in the process that calls `run`."""

    def __init__(self, connection: socket.socket) -> None:
        connection.set_inheritable(False)  # a process that the handler starts must not keep the socket open
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._sending = threading.Lock()
        self._frames: queue.SimpleQueue[tuple[Head, bytes]] = queue.SimpleQueue()

    def run(self) -> NoReturn:
        """Load the handler, then serve events until the twin closes the socket."""
        threading.Thread(target=self._receive, daemon=True).start()
        setup, _ = self._frames.get()
        extend_path(setup["path"], setup["packages"])
        if setup["threads"] > 1:
            sys.stdout = WholeLines(sys.stdout)
        try:
            handler = _load(setup["handler"])
        except BaseException as error:  # noqa: BLE001  (a module may fail to load with any error, also SystemExit)
            missing = error.name if isinstance(error, ModuleNotFoundError) else None
            mistake = _mistake(error, (*setup["path"], setup["own"]))
            self._send({"kind": "init-failed", "error": _explain(error), "missing": missing, "mistake": mistake})
            os._exit(1)
        self._send({"kind": "ready", "modules": _modules_outside(setup["own"])})
        if setup["threads"] == 1:  # the main thread, where Lambda runs handlers
            while True:
                self._invoke(handler, *self._frames.get())
        pool = ThreadPoolExecutor(setup["threads"])
        while True:
            pool.submit(self._invoke, handler, *self._frames.get())

    def _receive(self) -> None:
        while frame := read_frame(self._stream):
            self._frames.put(frame)
        os._exit(0)  # the twin has ended

    def _invoke(self, handler: Handler, head: Head, payload: bytes) -> None:
        self._send({"kind": "begun", "id": head["id"]})
        os.environ["_X_AMZN_TRACE_ID"] = _trace_id(head["request_id"])
        try:
            answer = handler(json.loads(payload), Context(head["request_id"], head["arn"], head["deadline"]))
            packed = json.dumps(answer, ensure_ascii=False, default=_number).encode()
        except SystemExit as error:
            print(f"{head['arn']}: the handler called sys.exit({error.code!r})", file=sys.stderr)
            os._exit(error.code if isinstance(error.code, int) else 1)
        except Exception as error:  # noqa: BLE001  (an error of the handler, or a result that is not JSON)
            self._send({"kind": "error", "id": head["id"], "error": _explain(error)})
        except BaseException:  # noqa: BLE001  (such as CancelledError, which ends the process in Lambda too)
            traceback.print_exc()
            os._exit(1)
        else:
            self._send({"kind": "answer", "id": head["id"]}, packed)

    def _send(self, head: Head, payload: bytes = b"") -> None:
        with self._sending:
            self._connection.sendall(pack_frame(head, payload))


def extend_path(first: list[str], last: list[str]) -> None:
    """Set sys.path to the folders `first`, the standard library, and the folders `last`."""
    sys.path[:] = [*first, *_STANDARD_LIBRARY, *last]


def _modules_outside(folder: str) -> list[str]:
    """Return the names of the imported modules that are not in `folder`, in the order of their import."""
    files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
    return [name for name, file in files.items() if not file.startswith(folder + os.sep)]


def _trace_id(request_id: str) -> str:
    """Return a trace that is not sampled, for the X-Ray SDK. Without one, it warns at each segment."""
    digits = request_id.replace("-", "")
    return f"Root=1-{int(time.time()):08x}-{digits[:24]};Parent={digits[-16:]};Sampled=0"


def _load(handler: str) -> Handler:
    module, _, name = handler.rpartition(".")
    loaded: Handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    return loaded


def _explain(error: BaseException) -> str:
    """Return the traceback from the first line of the function's code; for invalid settings, only the message."""
    if (type(error).__module__, type(error).__qualname__) == _CONFIG_ERROR:
        return "".join(traceback.format_exception_only(error)).rstrip()
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(
        (__file__, "<frozen importlib", _IMPORTLIB)
    ):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace)).rstrip()


def _mistake(error: BaseException, folders: tuple[str, ...]) -> str:
    """Return an error in one line, after the last place in `folders`: the file, a colon, the line, a colon."""
    summary = traceback.format_exception_only(error)[-1].strip()
    if (type(error).__module__, type(error).__qualname__) == _CONFIG_ERROR:
        return summary.partition(": ")[2]  # it names its own file
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
        summary = f"{type(error).__name__}: {error.msg}"
    own = [f"{file}:{line}: " for file, line in places if file.startswith(tuple(f"{one}{os.sep}" for one in folders))]
    return (own[-1] if own else "") + summary


def _number(value: object) -> object:
    if isinstance(value, decimal.Decimal):  # Lambda's JSON encoder accepts Decimal too
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


if __name__ == "__main__":
    Worker(socket.socket(fileno=int(sys.argv[1]))).run()
