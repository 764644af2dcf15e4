"""What every command has in common: how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlmill.cli.app import app
from xlmill.cli.ending import Terminated, ends_as_said, interruptible, warnings_as_lines
from xlmill.exceptions import InputError

from .conftest import Arguments

LIMIT = ["run", "a.txt", "-o", "b.txt", "--timeout", "0"]


@pytest.fixture(autouse=True)
def interrupts_are_heard_again() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def ending(error: BaseException) -> int:
    @ends_as_said()
    def fails() -> None:
        raise error

    with pytest.raises(SystemExit) as caught:
        fails()
    return int(caught.value.code or 0)


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (InputError("no such file"), 2, "no such file"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Terminated(), 143, "ended by SIGTERM"),
        (MemoryError(), 2, "out of memory; a smaller --chunk-size needs less"),
        (PermissionError(13, "Permission denied", "a.csv"), 2, "a.csv: Permission denied"),
        (
            KeyError("a\nb"),
            70,
            "this is a defect of xlmill: KeyError: 'a\\nb' (set XLMILL_DEBUG=1 to see where)",
        ),
    ],
)
def test_a_failure_is_one_line_and_a_status(
    error: BaseException,
    status: int,
    line: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XLMILL_DEBUG", raising=False)

    assert ending(error) == status
    assert capsys.readouterr().err == f"xlmill: {line}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)])
def test_an_interrupt_that_python_ignores_comes_again(number: signal.Signals, kind: type[BaseException]) -> None:
    class Collected:
        def __del__(self) -> None:
            signal.raise_signal(number)
            for _ in range(1000):
                pass

    with pytest.raises(kind) as caught, interruptible():
        Collected()
        time.sleep(10)

    assert caught.type is kind


def test_what_was_noted_on_a_failure_is_told_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    noted = KeyboardInterrupt()
    noted.add_note("7 rows are kept")
    again = KeyboardInterrupt()
    again.__context__ = noted

    assert (ending(noted), ending(again)) == (130, 130)
    assert capsys.readouterr().err == 2 * "xlmill: interrupted; 7 rows are kept\n"


def test_a_warning_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings_as_lines():
        warnings.simplefilter("default")
        warnings.warn("going on with 3 workers", RuntimeWarning, stacklevel=1)

    assert capsys.readouterr().err == "xlmill: going on with 3 workers\n"


def test_with_xlmill_debug_the_traceback_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLMILL_DEBUG", "1")

    with pytest.raises(ZeroDivisionError), ends_as_said():
        _ = 1 / 0


def test_without_a_command_the_help_is_shown(xlmill_here: Arguments) -> None:
    done = xlmill_here()

    assert all(name in done.out + done.err for name in app.commands)


@pytest.mark.parametrize("name", app.commands)
def test_every_command_has_help(name: str, xlmill_here: Arguments) -> None:
    done = xlmill_here(name, "--help")

    assert done.status == 0
    assert re.sub(r"\W+", " ", str(app.commands[name].help).split("\n\n")[0]).strip() in re.sub(r"\W+", " ", done.out)


@pytest.mark.parametrize("arguments", [["nonsense"], ["eval"], ["eval", "=1", "--nonsense"], ["run", "a.txt"], LIMIT])
def test_wrong_use_is_status_2(arguments: list[str], xlmill_here: Arguments) -> None:
    done = xlmill_here(*arguments)

    assert done.status == 2
    assert "Error" in done.err and "Traceback" not in done.err


def test_a_defect_in_a_command_is_told_as_one(xlmill_here: Arguments, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **named: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("xlmill.mill.evaluate.evaluate", broken)

    done = xlmill_here("eval", "=1")

    assert done.status == 70
    assert done.err == "xlmill: this is a defect of xlmill: RuntimeError: broken (set XLMILL_DEBUG=1 to see where)\n"


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_version_and_help_load_neither_numpy_nor_pyarrow(arguments: list[str], environment: dict[str, str]) -> None:
    script = (
        "import sys, xlmill.cli\n"
        "try: xlmill.cli.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'pyarrow', 'llvmlite') if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stderr == "[]\n"


def test_eval_loads_no_library_that_it_does_not_need(environment: dict[str, str]) -> None:
    script = (
        "import sys, xlmill.cli\n"
        "try: xlmill.cli.main(['eval', '=1+2'])\n"
        "except SystemExit: pass\n"
        "heavy = ('pyarrow', 'llvmlite', 'scipy', 'rich', 'asyncio', 'multiprocessing')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("3\n", "[]\n")


def test_a_reader_that_leaves_is_no_failure_to_talk_about(environment: dict[str, str]) -> None:
    pipe = subprocess.Popen(
        [sys.executable, "-m", "xlmill", "generate", "100000", "-o", "-"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert pipe.stdout is not None and pipe.stderr is not None

    first = pipe.stdout.readline()
    pipe.stdout.close()
    said = pipe.stderr.read()
    pipe.stderr.close()

    assert first.startswith(b"=")
    assert (pipe.wait(), said) == (141, b"")


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_standard_output_that_takes_nothing_is_told(environment: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "xlmill", "eval", "=1+2"],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert (done.returncode, done.stderr) == (2, b"xlmill: No space left on device\n")
