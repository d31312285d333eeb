"""Names of projects, functions and routes, and their forms in code and templates."""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

from brine_cli.errors import CommandError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LENGTHS = range(2, 41)  # ruff refuses the class I and the function l
_YAML_WORDS = frozenset({"false", "no", "null", "off", "on", "true", "yes"})
# Names in the code that `brine new function` writes.
_TAKEN = frozenset({"app", "backend", "dataclass", "fetch", "handler"})
# Packages that a project installs, and brine-cli does not.
_TOOLS = frozenset({"aws-sam-cli", "mypy", "pip", "pytest", "ruff"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name such as order-history: `text` in paths and tags, `module` in Python, `pascal` in the template."""

    text: str

    @classmethod
    def checked(cls, text: str, kind: str) -> Name:
        """Return the name, or raise CommandError with the rule. `kind`: such as "function"."""
        if _NAME.fullmatch(text) is None or len(text) not in _LENGTHS:
            raise CommandError(
                f"{text!r} cannot be the name of a {kind}: write {_LENGTHS[0]} to {_LENGTHS[-1]} lower-case letters, "
                "digits and single dashes, with a letter first, such as order-history"
            )
        if text in _YAML_WORDS:
            raise CommandError(
                f"{text!r} cannot be the name of a {kind}: it has a meaning in YAML. Choose another name."
            )
        return cls(text)

    @classmethod
    def of_project(cls, text: str) -> Name:
        """Return the name of a project. Raises CommandError, also for the name of a package that a project installs."""
        name = cls.checked(text, "project")
        if text in _TOOLS or _is_installed(text):
            raise CommandError(f"{text!r} cannot be the name of a project: a Python package has it. Choose another.")
        return name

    @classmethod
    def of_function(cls, text: str) -> Name:
        """Return the name of a function. Raises CommandError, also for a name that has a meaning in its code."""
        name = cls.checked(text, "function")
        used = name.module in _TAKEN or keyword.issoftkeyword(name.module)
        if used or any(keyword.iskeyword(one) or hasattr(builtins, one) for one in (name.module, name.pascal)):
            raise CommandError(
                f"{text!r} cannot be the name of a function: {name.module} or {name.pascal} has a meaning in its "
                "Python code. Choose another name."
            )
        return name

    @property
    def module(self) -> str:
        """The name as a Python name: order_history."""
        return self.text.replace("-", "_")

    @property
    def pascal(self) -> str:
        """The name as the beginning of logical ids: OrderHistory."""
        return "".join(part.capitalize() for part in self.text.split("-"))


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
