"""`brine new function`: the code of a function, its test and its event, and its block in template.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from brine_cli.errors import CommandError
from brine_cli.project.files import NewFiles, rendered
from brine_cli.project.paths import function_path
from brine_cli.project.stack_files import stack_file
from brine_cli.project.template_text import with_block
from brine_cli.template.document import properties_of, read_template

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.project.names import Name
    from brine_cli.template.document import Template

_API = "AWS::Serverless::HttpApi"
_VARIABLES = ("BRINE_TABLE", "BRINE_BUCKET", "BRINE_SIGNING_KEYS_SECRET", "API_ORIGIN")
_PARAMETER = "LogRetentionDays"
_REQUIREMENTS = "# What the function ships beside its code: Powertools. The layers of Brine have all other packages.\n"


def new_function(project: Path, name: Name, path: str | None) -> NewFiles:
    """Return the files of a new function, and the template with its block.

    project: the folder with template.yaml. path: the first part of all paths of the function, by default its name.

    Raises CommandError, also if the template does not give Brine's layers and variables to its functions.
    """
    template = read_template(project / "template.yaml")
    _check_project(template)
    values = function_values(name, path, _api(template))
    block = rendered("function/block.yaml", values)
    _check_clashes(template, values["path"], block)
    files = NewFiles(project)
    add_function(files, values)
    files.change("template.yaml", with_block(template.path.read_text(encoding="utf-8", newline=""), block))
    return files


def function_values(name: Name, path: str | None, api: str) -> dict[str, str]:
    """Return the values for the templates of a function. Raises CommandError if `path` is no path."""
    return {
        "name": name.text,
        "module": name.module,
        "pascal": name.pascal,
        "path": function_path(name, path),
        "api": api,
    }


def add_function(files: NewFiles, values: dict[str, str]) -> None:
    """Add the files of a function."""
    folder, module = f"functions/{values['module']}", values["module"]
    files.add(f"{folder}/app.py", rendered("function/app.py", values))
    files.add(f"{folder}/routes.toml", rendered("function/routes.toml", values))
    packages = re.sub(r"(?m)^#.*\n", "", stack_file("functions/gateway/requirements.txt"))
    files.add(f"{folder}/requirements.txt", f"{_REQUIREMENTS}{packages}")
    files.add(f"tests/test_{module}.py", rendered("function/test.py", values))
    files.add(f"events/{values['name']}.json", rendered("function/event.json", values))


def _api(template: Template) -> str:
    """Return the logical id of the API that the template's own functions use."""
    apis = [name for name, resource in template.resources.items() if resource["Type"] == _API]
    if not apis:
        raise CommandError(
            f"{template.path} has no resource of the type {_API}, which hands requests to the function. Add one:\n"
            f"  Api:\n    Type: {_API}"
        )
    return apis[0]


def _check_project(template: Template) -> None:
    """Raise CommandError if the template lacks something that the block of a function refers to."""
    function = template.globals.get("Function") or {}
    variables = (function.get("Environment") or {}).get("Variables") or {}
    missing = [
        *(["the nested stack Brine"] if "Brine" not in template.resources else []),
        *([f"the parameter {_PARAMETER}"] if _PARAMETER not in template.parameters else []),
        *(["Layers in Globals"] if not function.get("Layers") else []),
        *(f"the variable {name} in Globals" for name in _VARIABLES if name not in variables),
    ]
    if missing:
        raise CommandError(
            f"{template.path} is not the template of a project around Brine. It lacks {', '.join(missing)}. "
            "docs/projects.md of Brine has the lines to add."
        )


def _check_clashes(template: Template, path: str, block: str) -> None:
    """Raise CommandError if the template has a logical id of the block, or a function with the path."""
    for logical_id in re.findall(r"(?m)^  (\w+):", block):
        if logical_id in template.resources:
            raise CommandError(
                f"{template.path} has a resource {logical_id}. Nothing was written: choose another name."
            )
    for logical_id, resource in template.resources.items():
        for event in (properties_of(resource).get("Events") or {}).values():
            if properties_of(event).get("Path") == f"{path}/{{proxy+}}":
                raise CommandError(f"{logical_id} has the path {path}. Nothing was written: give another --path.")
