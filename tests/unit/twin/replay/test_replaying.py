"""A replay from files to sums: the same with one process or several, with wrong lines, limits and times."""

from __future__ import annotations

import gzip
import itertools
from typing import TYPE_CHECKING

import pytest

from benchmarks.access_log import api_gateway, combined, requests
from brine_cli.errors import CommandError
from brine_cli.replay.logs.reading import Reading
from brine_cli.replay.parts import Assumptions, Job
from brine_cli.replay.policies import PolicyFile
from brine_cli.replay.progress import Silent
from brine_cli.replay.replaying import LogFiles, replay

if TYPE_CHECKING:
    from pathlib import Path

    from brine_cli.replay.log_summary import LogSummary
    from brine_cli.replay.parts import Spool
    from brine_cli.replay.replaying import Replayed

POLICY = PolicyFile(
    "a.toml",
    '[[route]]\nname = "shop"\nprefix = "/shop"\norigin = "${SHOP}/v1"\nfreshness_lifetime = "1h"\n'
    '[[route]]\nname = "account"\nprefix = "/account"\norigin = "https://${HOST}"\n',
)
LONGER = PolicyFile("b.toml", POLICY.text.replace("1h", "1d"))


def prepared(log: LogSummary, spool: Spool) -> Job:
    return Job(policies=(POLICY, LONGER), environment={}, assumptions=Assumptions(environments=3))


def replayed(*files: Path, processes: int = 1, most: int | None = None, reading: Reading | None = None) -> Replayed:
    return replay(LogFiles(files=files, most=most), reading or Reading(), prepared, Silent(), processes)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("logs") / "access.log"
    lines = [combined(one, number) for number, one in enumerate(requests(3_000, 200, 2))]
    file.write_text("\n".join(lines) + "\n")
    return file


def sums(found: Replayed) -> list[dict[str, tuple[object, ...]]]:
    return [
        {
            name: (
                dict(tally.results),
                tally.calls,
                dict(tally.ages),
                dict(tally.staleness),
                dict(tally.calls_at),
                round(tally.reads, 6),
                tally.writes,
            )
            for name, tally in tallies
        }
        for tallies in found.tallies
    ]


def test_several_processes_come_to_the_same_as_one(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = replayed(log)
    monkeypatch.setattr("brine_cli.replay.replaying.SMALL", 1)
    together = replayed(log, processes=2)
    assert sums(together) == sums(alone)
    assert together.log.at == alone.log.at


def test_a_longer_lifetime_gives_more_hits(log: Path) -> None:
    short, long = (tallies.of("shop") for tallies in replayed(log).tallies)
    assert short.requests == long.requests
    assert 0 < short.hits < long.hits
    assert long.calls < short.calls


def test_the_order_of_the_lines_does_not_matter(log: Path, tmp_path: Path) -> None:
    backwards = tmp_path / "backwards.log"
    lines = log.read_text().splitlines()
    by_second = [list(group) for _, group in itertools.groupby(lines, key=lambda line: line.split("[")[1][:20])]
    backwards.write_text("\n".join(line for group in reversed(by_second) for line in group) + "\n")
    assert sums(replayed(backwards)) == sums(replayed(log))


def test_a_gzipped_log_and_one_of_json_are_the_same_log(log: Path, tmp_path: Path) -> None:
    packed, records = tmp_path / "access.log.gz", tmp_path / "access.json"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    records.write_text("".join(api_gateway(one, 1) + "\n" for one in requests(3_000, 200, 2)))
    assert sums(replayed(packed)) == sums(replayed(log))
    assert replayed(records).tallies[0].total().requests == 3_000


def test_several_files_are_one_log(log: Path, tmp_path: Path) -> None:
    lines = log.read_text().splitlines(keepends=True)
    files = tmp_path / "1.log", tmp_path / "2.log"
    files[1].write_text("".join(lines[:1_000]))
    files[0].write_text("".join(lines[1_000:]))
    assert sums(replayed(*files)) == sums(replayed(log))


def test_wrong_lines_are_counted_and_the_first_ones_are_named(log: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.log"
    lines = log.read_text().splitlines()
    lines[9:9] = ["hello"]
    lines[20:20] = ["world"] * 8
    file.write_text("\n".join(lines))
    found = replayed(file).log
    assert (found.lines, found.requests, found.wrong_lines) == (3_009, 3_000, 9)
    assert found.wrong[:2] == [
        f"{file}:10: this is not a line of the combined log format",
        f"{file}:21: this is not a line of the combined log format",
    ]
    assert len(found.wrong) == 5


def test_only_the_first_lines_are_read(log: Path) -> None:
    assert replayed(log, most=100).log.requests == 100
    assert replayed(log, log, most=3_500).log.requests == 3_500


def test_requests_of_other_times_are_left_out(log: Path) -> None:
    whole = replayed(log).log
    middle = (whole.first + whole.last) / 2
    half = replayed(log, reading=Reading(since=middle)).log
    assert half.first >= middle
    assert half.left_out + half.requests == 3_000


def test_a_log_without_a_request_is_an_error_that_names_the_first_wrong_line(tmp_path: Path) -> None:
    file = tmp_path / "app.log"
    file.write_text('{"level": "INFO"}\n' * 3)
    with pytest.raises(
        CommandError, match=r"no request was found in 3 lines; 3 are wrong.*app.log:1: no time among level"
    ):
        replayed(file)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\x1f\x8bbroken", "cannot be read"), (b"", "the file is empty")],
)
def test_a_file_that_cannot_be_read_is_an_error(content: bytes, why: str, tmp_path: Path) -> None:
    file = tmp_path / "access.log.gz"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=why):
        replayed(file)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"there is no such file"):
        replayed(tmp_path / "none.log")


def test_any_bytes_are_counted_and_none_is_a_crash(tmp_path: Path) -> None:
    file = tmp_path / "bytes.log"
    good = combined(next(iter(requests(1, 1, 1))), 1)
    file.write_bytes(
        good.encode() + b"\n" + bytes(range(256)) * 4 + b"\n" + good.encode().replace(b"shop", b"\xff\xfe")
    )
    found = replayed(file).log
    assert found.requests + found.wrong_lines == found.lines
