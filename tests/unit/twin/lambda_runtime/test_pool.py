"""A pool starts an environment when all others are busy, reuses the latest, and never gives one to two requests."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from brine_cli.lambda_runtime.environment import Environment, EnvironmentDied, InitFailed
from brine_cli.lambda_runtime.environments import FunctionTimedOut, IntegrationTimedOut
from brine_cli.lambda_runtime.pool import IDLE_SECONDS
from tests.unit.twin.lambda_runtime.gates import PATIENCE, launch_of, running_pool, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.twin.lambda_runtime.gates import Pool


@pytest.fixture
def console() -> list[str]:
    return []


@pytest.fixture
def pool(tmp_path: Path, console: list[str]) -> Iterator[Pool]:
    with running_pool(tmp_path, launch_of(tmp_path), console) as running:
        yield running
    assert console == []


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_one_environment_serves_requests_that_follow_one_another(pool: Pool) -> None:
    answers = [pool.ask() for _ in range(3)]
    assert [answer["calls"] for answer in answers] == [1, 2, 3]
    assert len({answer["pid"] for answer in answers}) == 1


def test_concurrent_requests_have_an_environment_each(pool: Pool) -> None:
    answers = pool.answers_of(8)
    assert len({answer["pid"] for answer in answers}) == 8
    assert [answer["calls"] for answer in answers] == [1] * 8


def test_each_environment_has_its_own_init(pool: Pool) -> None:
    answers = pool.answers_of(4)
    assert all(answer["fresh_package"] for answer in answers)
    assert len({answer["uuid"] for answer in answers}) == 4
    assert len({answer["random"] for answer in answers}) == 4


def test_environments_share_no_open_file_with_one_another(pool: Pool) -> None:
    first, *forked = pool.answers_of(4)
    assert [answer["files"] for answer in forked] == [first["files"]] * 3


def test_the_environment_that_was_used_last_is_reused_first(pool: Pool) -> None:
    held = [pool.held() for _ in range(3)]
    order = []
    for place in (2, 0, 1):
        gate, answer = held[place]
        gate.open()
        order.append(answer.result(PATIENCE)["pid"])
    again = [pool.held() for _ in range(3)]
    for gate, _ in again:
        gate.open()
    assert [answer.result(PATIENCE)["pid"] for _, answer in again] == order[::-1]


def test_a_request_takes_an_environment_that_becomes_free_before_a_new_one_is_ready(
    tmp_path: Path, console: list[str]
) -> None:
    wait = tmp_path / "wait"
    with running_pool(tmp_path, launch_of(tmp_path, WAIT_IF=str(wait)), console) as pool:
        gate, first = pool.held()
        wait.touch()
        second = pool.asking()
        until(lambda: len(pool.environments._all) == 2 or None)
        gate.open()
        assert second.result(PATIENCE)["pid"] == first.result(PATIENCE)["pid"]


def test_at_the_limit_a_request_waits_for_a_free_environment(tmp_path: Path, console: list[str]) -> None:
    with running_pool(tmp_path, launch_of(tmp_path), console, limit=2) as pool:
        (gate, first), (other_gate, second) = pool.held(), pool.held()
        third = pool.asking()
        until(lambda: pool.environments._waiting or None)
        gate.open()
        assert third.result(PATIENCE)["pid"] == first.result(PATIENCE)["pid"]
        other_gate.open()
        assert second.result(PATIENCE)["calls"] == 1


def test_a_request_that_waited_too_long_leaves_the_queue(tmp_path: Path, console: list[str]) -> None:
    with running_pool(tmp_path, launch_of(tmp_path), console, limit=1) as pool:
        gate, first = pool.held()
        with pytest.raises(IntegrationTimedOut, match="each environment of Gated was busy"):
            pool.ask(timeout=0.05)
        gate.open()
        first.result(PATIENCE)
        assert pool.ask()["calls"] == 2


def test_a_crash_ends_only_its_own_request(pool: Pool) -> None:
    (crash_gate, crash), (gate, other) = pool.held(exit=7), pool.held()
    crash_gate.open()
    with pytest.raises(EnvironmentDied, match="Gated: its process ended with exit status 7"):
        crash.result(PATIENCE)
    gate.open()
    assert other.result(PATIENCE)["calls"] == 1


def test_a_crash_of_a_forked_environment_is_told_with_its_exit_status(pool: Pool) -> None:
    (gate, first), (crash_gate, crash) = pool.held(), pool.held(exit=7)
    crash_gate.open()
    with pytest.raises(EnvironmentDied, match="Gated: its process ended with exit status 7"):
        crash.result(PATIENCE)
    gate.open()
    assert first.result(PATIENCE)["calls"] == 1


def test_a_request_right_after_the_death_of_an_idle_environment_gets_another_one(pool: Pool) -> None:
    """The twin has not noticed the death yet. The handler has not got the request, so another process may."""
    for _ in range(5):
        dead = pool.ask()["pid"]
        os.kill(dead, signal.SIGKILL)
        assert pool.ask()["pid"] != dead


def test_after_a_crash_at_the_limit_a_waiting_request_gets_a_new_environment(
    tmp_path: Path, console: list[str]
) -> None:
    with running_pool(tmp_path, launch_of(tmp_path), console, limit=1) as pool:
        gate, crash = pool.held(exit=7)
        waiting = pool.asking()
        until(lambda: pool.environments._waiting or None)
        gate.open()
        assert waiting.result(PATIENCE)["calls"] == 1
        assert crash.exception(PATIENCE)


@pytest.mark.parametrize("others", [0, 1], ids=["first", "forked"])
def test_a_time_out_kills_the_environment(tmp_path: Path, console: list[str], others: int) -> None:
    with running_pool(tmp_path, launch_of(tmp_path, timeout=1), console) as pool:
        held = [pool.held() for _ in range(others + 1)]
        used = tuple(pool.environments._all)
        assert all(isinstance(answer.exception(PATIENCE), FunctionTimedOut) for _, answer in held)
        assert not any(environment.is_alive for environment in used)
        assert pool.ask()["calls"] == 1


def test_a_request_without_its_client_keeps_the_environment_until_its_time_out(
    tmp_path: Path, console: list[str]
) -> None:
    with running_pool(tmp_path, launch_of(tmp_path, timeout=2), console, limit=1) as pool:
        gate = pool.gate()
        with pytest.raises(IntegrationTimedOut):
            pool.ask(timeout=0.2, gate=str(gate.path))
        assert pool.ask()["calls"] == 1  # in a new environment, since the old one was killed
        assert gate.has_reader() is None


def test_a_request_that_ends_at_its_time_out_leaves_the_killed_environment_to_no_other(
    tmp_path: Path, console: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_pool(tmp_path, launch_of(tmp_path, timeout=2), console) as pool:
        first, overdue = pool.gate(), Future[Any]()
        stop = Environment.stop

        def answer_first(environment: Environment) -> None:
            monkeypatch.setattr(Environment, "stop", stop)
            pools = pool.environments
            first.open()
            until(lambda: environment not in pools._all or environment in dict(pools._idle) or None)
            gate, answer = pool.held()
            stop(environment)
            gate.open()
            overdue.set_result(answer.exception(PATIENCE))

        monkeypatch.setattr(Environment, "stop", answer_first)
        with pytest.raises(IntegrationTimedOut):
            pool.ask(timeout=0.2, gate=str(first.path))
        first.wait_for_reader()
        assert overdue.result(PATIENCE) is None


def test_a_failed_init_is_that_of_one_request(tmp_path: Path, console: list[str]) -> None:
    broken = tmp_path / "broken"
    with running_pool(tmp_path, launch_of(tmp_path, BROKEN_IF=str(broken)), console) as pool:
        gate, first = pool.held()
        broken.touch()
        with pytest.raises(InitFailed, match="ValueError: broken on purpose"):
            pool.ask()
        broken.unlink()
        assert pool.ask()["calls"] == 1
        gate.open()
        assert first.result(PATIENCE)["calls"] == 1


def test_environments_end_after_a_long_time_without_requests_but_one_stays(tmp_path: Path, console: list[str]) -> None:
    now = 0.0
    with running_pool(tmp_path, launch_of(tmp_path), console, clock=lambda: now) as pool:
        pids = [answer["pid"] for answer in pool.answers_of(3)]
        now = IDLE_SECONDS + 1
        last = pool.ask()["pid"]
        assert [pid for pid in pids if is_running(pid)] == [last]
        now *= 2
        assert pool.ask()["calls"] == 3
    assert console == []


def test_stop_ends_waiting_requests_and_environments_that_start(tmp_path: Path, console: list[str]) -> None:
    wait = tmp_path / "wait"
    with running_pool(tmp_path, launch_of(tmp_path, WAIT_IF=str(wait)), console) as pool:
        _, first = pool.held()
        wait.touch()
        waiting = pool.asking()
        until(lambda: len(pool.environments._all) == 2 or None)
        pool.environments.stop()
        for answer in (first, waiting):
            assert isinstance(answer.exception(PATIENCE), EnvironmentDied)
        with pytest.raises(EnvironmentDied, match="Gated is being stopped"):
            pool.ask()
    assert console == []


def test_stop_leaves_no_process(tmp_path: Path, console: list[str]) -> None:
    with running_pool(tmp_path, launch_of(tmp_path), console) as pool:
        answers = pool.answers_of(3)
    left = [pid for answer in answers for pid in (answer["pid"], answer["parent"]) if is_running(pid)]
    assert left == [os.getpid()]
    assert console == []


def test_the_output_of_each_environment_is_shown(tmp_path: Path, console: list[str]) -> None:
    lines: list[str] = []
    with running_pool(tmp_path, launch_of(tmp_path, lines=lines), console) as pool:
        held = [pool.held(print=f"line {number}") for number in range(3)]
        for gate, answer in held:
            gate.open()
            answer.result(PATIENCE)
    assert sorted(lines) == ["line 0", "line 1", "line 2"]
