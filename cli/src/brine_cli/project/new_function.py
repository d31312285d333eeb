"""`brine new function`: the code of a function, its test and its event, and its block in template.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered
from brine_cli.project.stack_files import stack_file
from brine_cli.template.document import read_template

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.project.names import Name
    from brine_cli.template.document import Template

_API = "AWS::Serverless::HttpApi"
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_NEEDS = ("BRINE_TABLE", "BRINE_SIGNING_KEYS_SECRET")


def new_function(project: Path, name: Name, path: str | None) -> NewFiles:
    """Return the files of a new function, and the template with its block.

    project: the folder with template.yaml. path: the first part of all paths of the function, by default its name.

    Raises CommandError, also if the template does not give Brine's layers and variables to its functions.
    """
    template = read_template(project / "template.yaml")
    _check(template)
    files = NewFiles(project)
    values = function_values(name, path, _api(template))
    add_function(files, values)
    text = template.path.read_text(encoding="utf-8")
    clash = [one for one in template.resources if one == f"{name.pascal}Function"]
    if clash:
        raise CommandError(f"{template.path} has a resource {clash[0]} already: choose another name")
    files.change("template.yaml", with_block(text, rendered("function/block.yaml", values)))
    return files


def function_values(name: Name, path: str | None, api: str) -> dict[str, str]:
    """Return the values for the templates of a function. Raises CommandError for a path that is none."""
    path = f"/{name.text}" if path is None else path.rstrip("/")
    if _PATH.fullmatch(path) is None:
        raise CommandError(f"{path!r} is not a path: write it as /orders or /v1/orders")
    return {"name": name.text, "module": name.module, "pascal": name.pascal, "path": path, "api": api}


def add_function(files: NewFiles, values: dict[str, str]) -> None:
    """Add the files of a function."""
    folder, module = f"functions/{values['module']}", values["module"]
    files.add(f"{folder}/app.py", rendered("function/app.py", values))
    files.add(f"{folder}/routes.toml", rendered("function/routes.toml", values))
    files.add(f"{folder}/requirements.txt", stack_file("functions/gateway/requirements.txt"))
    files.add(f"tests/test_{module}.py", rendered("function/test.py", values))
    files.add(f"events/{values['name']}.json", rendered("function/event.json", values))


def with_block(template: str, block: str) -> str:
    """Return the text of a template with a block at the end of its Resources. All comments stay."""
    lines = template.splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines) if re.match(r"Resources:\s*(#.*)?$", line)), None)
    if start is None:
        raise CommandError('the template has no line "Resources:" of its own to add a function after')
    following = (number for number, line in enumerate(lines) if number > start and re.match(r"[A-Za-z]", line))
    end = next(following, len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1  # comments and blank lines before the next section belong to it
    before = "".join(lines[:end])
    return f"{before if before.endswith(chr(10)) else before + chr(10)}{block}{''.join(lines[end:])}"


def _api(template: Template) -> str:
    """Return the logical id of the API that the template's own functions use."""
    apis = [name for name, resource in template.resources.items() if resource["Type"] == _API]
    if not apis:
        raise CommandError(
            f"{template.path} has no resource of the type {_API}, which the function needs for its path. Add one:\n"
            f"  Api:\n    Type: {_API}"
        )
    return apis[0]


def _check(template: Template) -> None:
    function = template.globals.get("Function") or {}
    variables = (function.get("Environment") or {}).get("Variables") or {}
    missing = [name for name in _NEEDS if name not in variables]
    if "Brine" not in template.resources or missing:
        raise CommandError(
            f"{template.path} is not the template of a project around Brine: it needs a nested stack Brine, and in "
            f"Globals its layers and the variables {', '.join(_NEEDS)}. "
            "The page docs/add-to-your-project.md has the lines to add."
        )
