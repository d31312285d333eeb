"""All rules for warnings about routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brine.adapters.config.variables import without_value
from brine.errors import ConfigMistake
from brine_cli.checking.configuration.readers import variables_in
from brine_cli.checking.warnings import api, between_routes, keys, lifetimes, origins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brine_cli.checking.configuration.file_set import FileSet
    from brine_cli.checking.configuration.known_variables import KnownVariables
    from brine_cli.checking.configuration.readers import ReadRoutes
    from brine_cli.checking.finding import Finding
    from brine_cli.checking.warnings.warning import Surroundings


def warnings_about_routes(found: ReadRoutes, around: Surroundings) -> Iterator[Finding]:
    """Yield the warnings about the routes of a file set that have no mistake."""
    warned = [
        *(one for read in found.routes for rule in _RULES_OF_ONE for one in rule(read, around)),
        *(one for rule in _RULES_OF_ALL for one in rule(found.routes, around)),
    ]
    for one in warned:
        yield found.files.finding(
            *(one.code, (*one.one.path, *one.keys)),
            given=one.given,
            message=one.message,
            remedy=one.remedy,
            is_key=one.is_key,
        )


def unset_variables(files: FileSet, variables: KnownVariables) -> Iterator[Finding]:
    """Yield a warning for each variable of a file set that neither the template nor the environment gives a value."""
    for path, name in variables_in(files):
        if not variables.is_given(name):
            told = ConfigMistake(source=files.source, text=without_value(name))
            yield files.finding(
                *("BR140", path),
                given=f"${{{name}}}",
                message=told.message,
                remedy=told.remedy,
            )


_RULES_OF_ONE = (*lifetimes.RULES, *keys.RULES, *origins.RULES)
_RULES_OF_ALL = (*between_routes.RULES, *api.RULES)
