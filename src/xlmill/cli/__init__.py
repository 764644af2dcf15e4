"""The command line: one module a command."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from xlmill.cli.ending import ends_as_said, interruptible, warnings_as_lines
from xlmill.version import __version__


@ends_as_said()
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that `arguments` (default: the process's own) name; ends by SystemExit with its status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # told before the command-line library is imported, which takes longer than all else
        print(f"xlmill {__version__}")
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # half of a character is text to Excel, and none to a terminal
    with interruptible(), warnings_as_lines():
        from xlmill.cli.app import invoke

        invoke(given)
