from __future__ import annotations

import subprocess
import sys

COPY = """
from xlmill.io import format_for
text = format_for("-")
text.write(text.read("-", 2), "-")
"""


def run(code: str, given: bytes) -> bytes:
    return subprocess.run([sys.executable, "-c", code], input=given, check=True, capture_output=True).stdout


def test_lines_go_from_standard_input_to_standard_output() -> None:
    assert run(COPY, b"=1\r\n=2\n=3") == b"=1\n=2\n=3\n"


def test_csv_can_come_through_a_pipe_although_it_is_read_twice() -> None:
    code = "from xlmill.io import format_for; f = format_for('csv'); f.write(f.read('-', 2), '-')"

    assert run(code, b"a,b\n1,x\n2.5,y\n") == b"a,b\n1,x\n2.5,y\n"


def test_what_was_printed_before_stays_before() -> None:
    code = "print('first')\n" + COPY

    assert run(code, b"second\n").split() == [b"first", b"second"]


def test_an_empty_standard_input_is_said() -> None:
    done = subprocess.run([sys.executable, "-c", COPY], input=b"", capture_output=True)

    assert b"InputError: standard input is empty" in done.stderr


def test_a_reader_that_goes_away_is_a_broken_pipe() -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", COPY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert writer.stdout is not None
    writer.stdout.close()

    _, errors = writer.communicate(b"=1\n" * 100_000)

    assert b"BrokenPipeError" in errors
