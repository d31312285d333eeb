"""A replay from the files to the tallies: read the log, sort its rows into parts, and replay each part."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from brine_cli.errors import CommandError
from brine_cli.replay.log_summary import LogSummary
from brine_cli.replay.logs.block_rows import Sorter
from brine_cli.replay.logs.blocks import blocks_of, document_in, head_of
from brine_cli.replay.logs.detection import detect
from brine_cli.replay.logs.documents import entries
from brine_cli.replay.parts import Spool
from brine_cli.replay.rows import WrongLine
from brine_cli.replay.tallies import Tallies
from brine_cli.replay.workers import add_rows, crew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from brine_cli.replay.logs.reading import LogFormat, Reading
    from brine_cli.replay.parts import Job
    from brine_cli.replay.workers import Crew, Wanted

SMALL: Final = 8_000_000
"""Bytes of logs that one process replays faster than several."""
BYTES_OF_PART: Final = 1_000_000
"""Bytes of a log for which one part suffices: a part is in memory as a whole."""
MOST_PARTS: Final = 512
_RATIO: Final = 10
"""How many times larger a log is than it is compressed."""


class ReplayProgress(Protocol):
    """Shows how far a replay is."""

    def begin(self, title: str, total: int) -> None:
        """Begin a step of so many bytes or requests."""

    def advance(self, done: int) -> None:
        """Count the progress of the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFiles:
    """The files to replay. `form`: their format; None to detect it. `most`: how many lines to read; None for all."""

    files: Sequence[Path]
    form: LogFormat | None = None
    most: int | None = None

    @property
    def size(self) -> int:
        """The bytes of all files, decompressed as far as one can guess."""
        return sum(file.stat().st_size * (_RATIO if file.suffix == ".gz" else 1) for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The tallies of each policy, and the job with its assumptions."""

    log: LogSummary
    tallies: list[Tallies]
    job: Job


def replay(
    logs: LogFiles,
    reading: Reading,
    prepare: Callable[[LogSummary, Spool], Job],
    progress: ReplayProgress,
    processes: int | None = None,
) -> Replayed:
    """Replay files. prepare: returns the job, once the log was read. processes: None for all CPUs.

    Raises CommandError.
    """
    for file in logs.files:
        if not file.is_file():
            raise CommandError(f"{file}: there is no such file. Name an access log.")
    is_small = logs.size < SMALL
    count = processes or (1 if is_small else os.process_cpu_count() or 1)
    parts = 1 if is_small else min(MOST_PARTS, max(count * 4, logs.size // BYTES_OF_PART))
    with tempfile.TemporaryDirectory(prefix="brine-replay-") as folder, crew(folder, count) as workers:
        spool = Spool(folder)
        log = _Reader(logs, reading, workers, parts, spool, progress).read()
        job = prepare(log, spool)
        tallies = [Tallies() for _ in job.policies]
        progress.begin("Replaying", log.requests * len(job.policies))
        for found in workers.replay(spool.parts(), job, progress.advance):
            for sums, of_part in zip(tallies, found, strict=True):
                sums.add(of_part)
    return Replayed(log=log, tallies=tallies, job=job)


@dataclass(slots=True)
class _Reader:
    """Reads files into the spool."""

    logs: LogFiles
    reading: Reading
    workers: Crew
    parts: int
    spool: Spool
    progress: ReplayProgress
    block: int = 0

    def read(self) -> LogSummary:
        """Read all files. Raises CommandError if none has a request."""
        log = LogSummary()
        self.progress.begin("Reading", sum(file.stat().st_size for file in self.logs.files))
        left = self.logs.most
        for file in self.logs.files:
            form = self.logs.form or detect(head_of(file), file)
            log.formats.append(form)
            if form == "har":
                self._read_document(file, log, left)
            else:
                self._read_lines(file, form, log, left)
            if self.logs.most is not None:
                left = max(0, self.logs.most - log.lines)
        if not log.requests:
            names = ", ".join(map(str, self.logs.files))
            wrong = f" The first wrong line: {log.wrong[0]}." if log.wrong else ""
            raise CommandError(
                f"{names}: no request was found in {log.lines} lines; {log.wrong_lines} are wrong and {log.left_out} "
                f"were left out.{wrong} Check --format, --since, --until and --host."
            )
        return log

    def _read_document(self, file: Path, log: LogSummary, most: int | None) -> None:
        sorter = Sorter(self.reading, self.parts)
        text, read = document_in(file)
        self.progress.advance(read)
        for number, entry in enumerate(entries(text, file, self.reading), 1):
            if most is not None and number > most:
                break
            sorter.found.lines = number
            if isinstance(entry, WrongLine):
                sorter.wrong(number, entry)
            else:
                sorter.add(entry)
        found = sorter.sorted()
        self.block += 1
        add_rows(found, self.block, self.spool)
        log.add(found, f"{file} (entry)", 0)

    def _read_lines(self, file: Path, form: LogFormat, log: LogSummary, most: int | None) -> None:
        before = 0
        for found in self.workers.read(self._blocks(file, form, most), self.reading):
            log.add(found, str(file), before)
            before += found.lines

    def _blocks(self, file: Path, form: LogFormat, most: int | None) -> Iterator[Wanted]:
        """Yield the blocks of a file, up to `most` lines."""
        header, position, left = "", 0, most
        for data, at in blocks_of(file):
            if left is not None:
                if left <= 0:
                    return
                lines = data.splitlines(keepends=True)[:left]
                left -= len(lines)
                data = b"".join(lines)  # noqa: PLW2901 - the lines are joined once
            if form == "csv" and not header:
                header = data.lstrip(b"\r\n").partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
            self.block += 1
            yield self.block, data, form, header, self.parts
            self.progress.advance(at - position)
            position = at
