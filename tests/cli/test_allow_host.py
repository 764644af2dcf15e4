"""WEBSERVICE from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local_server import LocalServer, local_server

from xlmill.mill.identity import Identity, InputMark

from .conftest import Arguments


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with local_server() as running:
        yield running


@pytest.fixture
def requests(tmp_path: Path, server: LocalServer) -> Path:
    """Three rows: an answer, one that there is not, and a host that nobody allows."""
    path = tmp_path / "requests.txt"
    urls = [server.url("/text?is=7"), server.url("/status?code=404"), "http://example.com/"]
    path.write_text("".join(f'=WEBSERVICE("{url}")\n' for url in urls))
    return path


def test_eval_asks_the_hosts_that_are_allowed(server: LocalServer, xlmill_here: Arguments) -> None:
    formula = f'=WEBSERVICE("{server.url("/text?is=hello")}")'

    assert xlmill_here("eval", formula).out == "#BLOCKED!\n"
    assert not server.asked
    assert xlmill_here("eval", formula, "--allow-host", server.host).out == "hello\n"


def test_what_is_no_host_is_told_in_one_line(xlmill_here: Arguments) -> None:
    done = xlmill_here("eval", "=1", "--allow-host", "http://example.com")

    assert done.status == 2
    assert done.err.startswith("xlmill: 'http://example.com' is no host; write it like") and done.err.count("\n") == 1


@pytest.mark.parametrize("target", ["out.jsonl", "parts.jsonl/"])
def test_the_summary_of_a_run_says_what_failed_and_why(
    target: str, requests: Path, server: LocalServer, xlmill_here: Arguments, tmp_path: Path
) -> None:
    out = f"{tmp_path}/{target}"
    host = ("--allow-host", server.host)

    told = xlmill_here("run", requests, "-o", out, *host, "--summary", "json")
    shown = xlmill_here("run", requests, "-o", f"{tmp_path}/again.csv", *host)

    assert json.loads(told.out)["failures"] == [
        {"function": "WEBSERVICE", "reason": "127.0.0.1: HTTP 404 Not Found", "values": 1},
        {"function": "WEBSERVICE", "reason": "example.com is not among the allowed hosts", "values": 1},
    ]
    assert "1 of WEBSERVICE: 127.0.0.1: HTTP 404 Not Found" in shown.err


def test_a_run_goes_on_only_with_the_hosts_that_it_had() -> None:
    mark = InputMark("text", 1, 1, "")
    one, other = (Identity.of(mark, None, None, 0, None, None, None, hosts) for hosts in ([], ["example.com"]))

    assert one.change(other) == "allowed hosts are others: example.com"
    assert Identity.from_dict(json.loads(json.dumps(other.to_dict()))) == other
