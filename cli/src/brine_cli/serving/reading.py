"""Reads the files of a twin, finds the mistakes in them, and provides the emulators and resources that they need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from brine_cli.background import in_background
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionReader:
    """Reads the files that a user chose, anew at each call. folder: gets the routes of `--origin`."""

    choices: Choices
    emulated: Emulated
    sources: SourceFiles
    folder: Path

    def read(self) -> Description:
        """Return the description, for which all resources exist. Raises CommandError with all mistakes in the files."""
        description = self.read_to_start()
        self.emulated.complete()
        return description

    def read_to_start(self) -> Description:
        """Return the description when the functions can start. `Emulated.complete` creates the rest.

        Raises CommandError, with all mistakes in the files.
        """
        mistakes = self.mistakes()
        try:
            return self._description(mistakes)
        except TemplateError as error:
            if not mistakes:
                raise
            is_told = are_told(error, mistakes)
            reason = f"{shown(self.choices.template)} cannot be served" if is_told else str(error)
            raise TemplateError(f"{reason}. {text_of(mistakes)}") from None

    def mistakes(self, imported: Collection[str] = ()) -> tuple[Finding, ...]:
        """Return the mistakes in the files. imported: the functions whose code is imported. Raises CommandError."""
        return find_mistakes(self.choices, self._routes_file(), imported)

    def _description(self, mistakes: Sequence[Finding]) -> Description:
        secrets = self._secrets()
        published = Published(
            parameters={name: text for (kind, name), text in secrets.items() if kind == "parameter"},
            secrets={name: text for (kind, name), text in secrets.items() if kind == "secret"},
        )
        read = draft(self.choices, published, self.sources)  # before any process starts
        if read.needs_httpbin:
            read = replace(read, origin=self.emulated.start_httpbin())
        resources = read.resources()
        provided = in_background(lambda: self.emulated.provide(resources), "resources")
        read.warm(self.sources)  # while the emulator works
        attributes = provided.result()
        created = self.emulated.provide_values(read, attributes, secrets)
        read = replace(read, published=published.joined(created))
        return describe(read, attributes, self._routes_file(), self.sources, mistakes)

    def _secrets(self) -> SecretTextByPlace:
        """Return the secrets of the user's file."""
        if self.choices.secrets is None:
            return {}
        from brine_cli.emulators.secret_file import read_secret_file  # noqa: PLC0415  (few twins have one)

        return read_secret_file(self.choices.secrets)

    def _routes_file(self) -> Path | None:
        """Return the file with the routes that the user chose instead of those of the template, or None."""
        if self.choices.single_route is None:
            return None if self.choices.routes is None else self.choices.routes.resolve()
        file = self.folder / "routes.toml"
        file.write_text(self.choices.single_route, encoding="utf-8")
        return file
