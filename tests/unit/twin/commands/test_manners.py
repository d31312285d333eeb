"""The manners of the command line: suggestions, exit codes, errors in sentences, and quick starts."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from brine_cli import __main__ as program
from brine_cli.command_line import COMMANDS, SECTIONS, brine
from brine_cli.errors import CommandError
from brine_cli.http.listener import listen

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = (
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "brine.bootstrap",
    "brine.service",
    "brine_codec",
    "httpbin",
    "jinja2",
    "moto",
    "rich",
    "ssl",
    "tree_sitter",
    "watchfiles",
    "yaml",
)
"""Modules that no help may wait for."""

LOADED_BY_HELP = f"""
import contextlib, io, json, sys
from brine_cli.__main__ import main
from brine_cli.command_line import COMMANDS
found = {{}}
for name in COMMANDS:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        assert main([name, "--help"]) == 0
    found[name] = [module for module in {HEAVY!r} if module in sys.modules], text.getvalue()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def helps() -> dict[str, tuple[list[str], str]]:
    """The heavy modules that are loaded after the help of each command, and its text."""
    done = subprocess.run([sys.executable, "-c", LOADED_BY_HELP], capture_output=True, text=True, check=True)
    found: dict[str, tuple[list[str], str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_is_quick_and_has_examples(helps: dict[str, tuple[list[str], str]], name: str) -> None:
    loaded, text = helps[name]

    assert loaded == []
    assert "Examples:" in text
    assert "--debug" in text


def test_each_command_is_in_one_section_of_the_help() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(COMMANDS)


@pytest.mark.parametrize("kind", ["project", "function", "route"])
def test_the_kinds_of_new_have_examples(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert program.main(["new", kind, "--help"]) == 0
    assert "Examples:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "position", "found"),
    [
        ("brine dev --log ", 3, ["line", "full", "json", "none"]),
        ("brine dev --po", 2, ["--port"]),
        ("brine new ", 2, ["project", "function", "route"]),
        ("brine completion f", 2, ["fish"]),
        ("brine open --even", 2, ["--even-expired"]),
        ("brine tail --result mi", 3, ["miss"]),
        ("brine tail --result !co", 3, ["!collapsed"]),
    ],
)
def test_options_choices_and_kinds_are_completed(words: str, position: int, found: list[str]) -> None:
    variables = {"_BRINE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(position)}
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli"], env=variables, capture_output=True, text=True, check=False
    )
    assert sorted(done.stdout.split()) == sorted(f"plain,{word}" for word in found)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and what is on stderr."""
    code = program.main(arguments)
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["prge"], "brine: No such command 'prge'. Did you mean `brine purge`?"),
        (["curl"], "Did you mean `brine get`?"),
        (["qqqqqq"], "`brine --help` lists the commands."),
        (["purge", "--evrything"], "brine purge: There is no option --evrything. Did you mean --everything?"),
        (["dev", "--log", "jsno"], "Did you mean 'json'?"),
        (["new", "functin", "x"], "Did you mean `brine new function`?"),
        (["dev", "--port", "x"], "'x' is not a port. Give a number from 0, which takes a free port, to 65535."),
    ],
)
def test_a_misspelt_word_gets_the_nearest_one_and_the_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, errors = run(capsys, *arguments)

    assert code == 2
    assert said in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("command", ["dev", "emulators"])
def test_a_template_that_is_missing_gets_a_remedy(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, errors = run(capsys, command, "--template", "none.yaml")

    assert code == 1
    assert "none.yaml: no such template. Name yours with --template FILE" in errors


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """A command that raises what a test gives."""
    failing = Failing()
    monkeypatch.setitem(brine.commands, "fail", failing.command)
    monkeypatch.setattr(brine, "get_command", lambda _, name: brine.commands.get(name))
    return failing


class Failing:
    """A command that raises `error`."""

    def __init__(self) -> None:
        self.error: BaseException = CommandError("")
        self.command = click.Command("fail", callback=self._raise)

    def _raise(self) -> None:
        raise self.error


def test_an_expected_error_is_a_sentence_and_the_exit_code_1(
    capsys: pytest.CaptureFixture[str], failing: Failing
) -> None:
    failing.error = CommandError("x.toml: no such file. Give another one")

    assert run(capsys, "fail") == (1, "brine: x.toml: no such file. Give another one\n")


def test_an_unexpected_error_goes_into_a_file_that_the_message_names(
    capsys: pytest.CaptureFixture[str], failing: Failing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    failing.error = KeyError("lost")

    code, errors = run(capsys, "fail")

    file = tmp_path / "brine" / "last-error.txt"
    assert code == 1
    assert "This is a mistake in Brine: KeyError: 'lost'." in errors
    assert str(file) in errors
    assert "Traceback" not in errors
    assert "Traceback" in file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_ctrl_c_ends_a_command_quietly(capsys: pytest.CaptureFixture[str], failing: Failing) -> None:
    failing.error = KeyboardInterrupt()

    assert run(capsys, "fail") == (130, "")


def test_a_taken_port_names_the_process_and_another_port(capsys: pytest.CaptureFixture[str], failing: Failing) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        try:
            with listen("127.0.0.1", port):
                pytest.fail("the port was free")
        except CommandError as error:
            failing.error = error
        code, errors = run(capsys, "fail")

    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use. Stop process " in errors
    assert "`--port 0`, which takes a free port" in errors


def test_an_address_of_another_machine_is_named(capsys: pytest.CaptureFixture[str], failing: Failing) -> None:
    try:
        listen("192.0.2.1", 0)
    except CommandError as error:
        failing.error = error

    assert "Give --host an address of this machine" in run(capsys, "fail")[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_for_its_tab_key(shell: str) -> None:
    result = CliRunner().invoke(brine, ["completion", shell])

    assert result.exit_code == 0
    assert "_BRINE_COMPLETE" in result.stdout


def test_the_script_of_a_shell_gets_the_words_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli"],
        env={"_BRINE_COMPLETE": "bash_complete", "COMP_WORDS": "brine pu", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.split() == ["plain,purge"]


def test_a_reader_that_goes_away_ends_a_command_quietly() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    done = subprocess.run(
        [sys.executable, "-m", "brine_cli", "--help"],
        stdout=ours.fileno(),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    ours.close()

    assert (done.returncode, done.stderr) == (141, "")
