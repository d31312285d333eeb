"""The advice for a function that imports a module which is not installed where `brine` runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from brine_cli.lambda_runtime.launch import Launch

_OF_BRINE = frozenset({"brine", "brine_client", "brine_codec"})


def advice(module: str | None, launch: Launch) -> str:
    """Return a line that says how to make the missing `module` available, or "" if it is no installed package.

    module: the module that the import did not find, or None if the function failed for another reason.
    """
    if module is None:
        return ""
    package = module.partition(".")[0]
    if any((folder / package).is_dir() or (folder / f"{package}.py").is_file() for folder in launch.path):
        return ""  # the package is there, without this module
    if package in _OF_BRINE:
        return f"\n{package} is in a layer of Brine, which {launch.name} does not have among its Layers"
    lists = (folder / "requirements.txt" for folder in launch.path)
    requirements = next((file for file in lists if file.is_file()), None)
    install = f": pip install -r {requirements}" if requirements else ""
    return (
        f"\nThe package {package} is not installed in {sys.prefix}, from which the functions take their packages. "
        f"Run brine in the environment of your project, or install the package there{install}"
    )
