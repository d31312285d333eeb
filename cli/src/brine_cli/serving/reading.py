"""Reads the description of what a twin serves from its files, and finds the mistakes in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from brine_cli.errors import TemplateError, shown
from brine_cli.serving.description import describe, draft
from brine_cli.serving.mistakes import are_told, find_mistakes, text_of
from brine_cli.template.published import Published

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from brine_cli.checking.finding import Finding
    from brine_cli.emulators.secret_file import SecretTextByPlace
    from brine_cli.serving.choices import Choices
    from brine_cli.serving.description import Description
    from brine_cli.serving.emulated import Emulated
    from brine_cli.serving.source_files import SourceFiles


class DescriptionReader:
    """Reads the description anew at each call.

    emulated: gets the resources of the template. folder: for the routes of `--origin`.
    """

    def __init__(self, choices: Choices, emulated: Emulated, sources: SourceFiles, folder: Path) -> None:
        self._choices = choices
        self._emulated = emulated
        self._sources = sources
        self._folder = folder

    def read(self) -> Description:
        """Read the files, and provide the emulators and the resources that they need.

        Raises CommandError, with all mistakes if there are some.
        """
        mistakes = self.mistakes()
        try:
            return self._description(mistakes)
        except TemplateError as error:
            if not mistakes:
                raise
            is_told = are_told(error, mistakes)
            reason = f"{shown(self._choices.template)} cannot be served" if is_told else str(error)
            raise TemplateError(f"{reason}. {text_of(mistakes)}") from None

    def mistakes(self, imported: Collection[str] = ()) -> tuple[Finding, ...]:
        """Return the mistakes in the files. imported: the functions whose code is imported. Raises CommandError."""
        return find_mistakes(self._choices, self._routes_file(), imported)

    def _description(self, mistakes: Sequence[Finding]) -> Description:
        secrets = self._secrets()
        published = Published(
            parameters={name: text for (kind, name), text in secrets.items() if kind == "parameter"},
            secrets={name: text for (kind, name), text in secrets.items() if kind == "secret"},
        )
        read = draft(self._choices, published)  # before any process starts
        if read.needs_httpbin:
            read = replace(read, origin=self._emulated.start_httpbin())
        attributes = self._emulated.provide(read.resources())
        created = self._emulated.provide_values(read, attributes, secrets)
        read = replace(read, published=published.joined(created))
        return describe(read, attributes, self._routes_file(), self._sources, mistakes)

    def _secrets(self) -> SecretTextByPlace:
        """Return the secrets of the user's file."""
        if self._choices.secrets is None:
            return {}
        from brine_cli.emulators.secret_file import read_secret_file  # noqa: PLC0415  (it imports boto3)

        return read_secret_file(self._choices.secrets)

    def _routes_file(self) -> Path | None:
        """Return the file with the routes that the user chose instead of those of the template, or None."""
        if self._choices.single_route is None:
            return None if self._choices.routes is None else self._choices.routes.resolve()
        file = self._folder / "routes.toml"
        file.write_text(self._choices.single_route, encoding="utf-8")
        return file
