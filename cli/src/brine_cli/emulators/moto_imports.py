"""The imports of moto, without packages that the emulator does not need: they take most of its start.

Call `load_moto` before anything else imports moto.
"""

from __future__ import annotations

import gc
import importlib
import sys
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTIONAL: Final = ("OpenSSL", "awscrt", "brotlicffi", "simplejson")
"""Packages that botocore, urllib3 and requests use if they are installed. They do the same without them."""
_EC2: Final = "moto.ec2"


def load_moto() -> None:
    """Import the server of moto. Its services are imported at their first request."""
    for name in _OPTIONAL:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None makes an import of it fail
    with _without_collector():
        importlib.import_module("moto.moto_server.werkzeug_app")


def load_ssm() -> None:
    """Import the service SSM of moto without EC2, whose tables of machines take 0.4 s. EC2 loads at its first use."""
    if _EC2 in sys.modules or "moto.ssm" in sys.modules:
        return
    replaced = ModuleType(_EC2)
    replaced.ec2_backends = _Ec2Backends()  # type: ignore[attr-defined]
    sys.modules[_EC2] = replaced
    try:
        with suppress(ImportError):  # another version of moto needs more of EC2, and loads it at the first request
            importlib.import_module("moto.ssm.models")
    finally:
        del sys.modules[_EC2]


class _Ec2Backends:
    """The backends of EC2 by account, for SSM, which needs them for maintenance windows and commands only."""

    def __getitem__(self, account: str) -> Any:
        return importlib.import_module(_EC2).ec2_backends[account]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Do not look for garbage within the context: an import leaves hardly any."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
