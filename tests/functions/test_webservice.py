from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tests.local_server import LocalServer, local_server

import xlmill as xl
from xlmill.functions import web_request

BLOCKED, VALUE = xl.ExcelError("#BLOCKED!"), xl.ExcelError("#VALUE!")


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with local_server() as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_was_asked_yet(server: LocalServer) -> None:
    server.asked.clear()


def asked(url: str, *hosts: str) -> Any:
    return xl.evaluate(f'=WEBSERVICE("{url}")', allow_hosts=hosts)


def reasons(url: str, *hosts: str) -> list[str]:
    return [failure.reason for failure in xl.evaluate_many([f'=WEBSERVICE("{url}")'], allow_hosts=hosts).failures]


def test_it_is_off_unless_a_host_is_allowed(server: LocalServer) -> None:
    assert asked(server.url("/text?is=1")) is BLOCKED
    assert asked(server.url("/text?is=1"), "example.com") is BLOCKED
    assert not server.asked
    assert reasons(server.url("/text?is=1")) == ["no host is allowed; see allow_hosts"]
    assert reasons(server.url("/text?is=1"), "example.com") == [f"{server.host} is not among the allowed hosts"]


@pytest.mark.parametrize("named", ["127.0.0.1", "{host}"])
def test_an_allowed_host_is_asked(server: LocalServer, named: str) -> None:
    assert asked(server.url("/text?is=hello"), named.format(host=server.host)) == "hello"


def test_another_port_of_a_host_named_with_its_port_is_not_asked(server: LocalServer) -> None:
    assert asked(server.url("/text?is=hello"), f"127.0.0.1:{server.server_port + 1}") is BLOCKED


@pytest.mark.parametrize("way", ["compile", "over", "with_columns", "many"])
def test_every_way_in_takes_allowed_hosts(server: LocalServer, way: str) -> None:
    import pyarrow as pa

    frame = pa.table({"url": [server.url("/text?is=hello")]})
    hosts = [server.host]
    value = {
        "compile": lambda: xl.compile("=WEBSERVICE(url)", allow_hosts=hosts)(url=server.url("/text?is=hello")),
        "over": lambda: xl.compile("=WEBSERVICE(url)", allow_hosts=hosts).over(frame).to_pylist()[0],
        "with_columns": lambda: xl.with_columns(frame, x="=WEBSERVICE(url)", allow_hosts=hosts)["x"].to_pylist()[0],
        "many": lambda: xl.evaluate_many(["=WEBSERVICE(url)"], columns=frame, allow_hosts=hosts).to_list()[0],
    }[way]()

    assert value == "hello"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/text?is=gr%C3%BCn", "grün"),
        ("/text?is=gr%C3%BCn&charset=latin-1", "grün"),
        ("/text?is=grün", "grün"),
        ("/text?is=%EF%BB%BFmarked", "marked"),
        ("/long?length=0", ""),
        ("/long?length=32767", "x" * 32767),
        ("/text?is=1%2B1#part", "1+1"),
    ],
)
def test_the_answer_is_the_text(server: LocalServer, path: str, text: str) -> None:
    assert asked(server.url(path), server.host) == text


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/long?length=32768", "an answer of more than 32,767 characters"),
        ("/long?length=16384&of=%F0%9F%98%80", "an answer of more than 32,767 characters"),
        ("/long?length=10000000", "an answer of more than 131,068 bytes"),
        ("/endless", "an answer of more than 131,068 bytes"),
        ("/zipped", "a compressed answer, though none was asked for"),
        ("/status?code=404", "HTTP 404 Not Found"),
        ("/around", "more than 5 redirects"),
    ],
)
def test_what_cannot_be_shown_is_a_value_error_at_once(server: LocalServer, path: str, reason: str) -> None:
    assert asked(server.url(path), server.host) is VALUE
    assert sum(server.asked.values()) == (6 if path == "/around" else 1)
    assert reasons(server.url(path), server.host)[0].endswith(reason)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/x",
        "file:///etc/passwd",
        "example.com/x",
        "http://",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com:99999/",
        "http://exa mple.com/",
        "http://[::1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://example.com/" + "x" * 2048,
        "",
    ],
)
def test_what_is_no_url_is_a_value_error(url: str) -> None:
    assert asked(url, "example.com", "127.0.0.1") is VALUE


def test_a_url_of_2048_characters_is_asked(server: LocalServer) -> None:
    url = server.url("/text?is=1&filler=")
    assert xl.evaluate("=WEBSERVICE(url)", names={"url": url.ljust(2048, "x")}, allow_hosts=[server.host]) == "1"
    assert xl.evaluate("=WEBSERVICE(url)", names={"url": url.ljust(2049, "x")}, allow_hosts=[server.host]) is VALUE


@pytest.mark.parametrize(
    "name",
    ["http://example.com", "*.example.com", "example.com/x", "", "a b", "example.com:0", "example.com:x", "2130706433"],
)
def test_what_is_no_host_is_refused(name: str) -> None:
    with pytest.raises(xl.InputError):
        xl.evaluate("=1", allow_hosts=[name])


def test_a_single_text_is_no_list_of_hosts() -> None:
    with pytest.raises(xl.InputError, match="allow_hosts is a list"):
        xl.evaluate("=1", allow_hosts="example.com")


# Where it leads


def test_a_redirect_is_followed_to_an_allowed_host(server: LocalServer) -> None:
    target = quote("/text?is=there")
    assert asked(server.url(f"/to?url={target}"), server.host) == "there"


def test_a_redirect_to_another_host_or_port_is_blocked(server: LocalServer) -> None:
    with local_server() as other:
        for place in (other.url("/text?is=secret"), f"http://localhost:{other.server_port}/text?is=secret"):
            assert asked(server.url(f"/to?url={quote(place)}"), server.host) is BLOCKED
        assert not other.asked


def test_a_redirect_to_another_protocol_is_a_value_error(server: LocalServer) -> None:
    assert asked(server.url("/to?url=file:///etc/passwd"), server.host) is VALUE


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have names stand for these addresses, one list for each time that one is looked up."""
    looked_up: list[str] = []

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        looked_up.append(host)
        found = answers[min(len(looked_up), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(web_request.socket, "getaddrinfo", getaddrinfo)
    return looked_up


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1 "
    "255.255.255.255 198.18.0.1".split(),
)
def test_an_allowed_name_that_stands_for_a_private_address_is_blocked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolver(monkeypatch, [address])
    # Only connecting is forbidden: the event loop, which may begin here, needs sockets of its own.
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))

    assert asked("http://example.com/", "example.com") is BLOCKED


def test_a_private_address_that_was_named_itself_is_asked(monkeypatch: pytest.MonkeyPatch, server: LocalServer) -> None:
    resolver(monkeypatch, ["127.0.0.1"])
    url = f"http://example.com:{server.server_port}/text?is=inside"

    assert asked(url, "example.com", "127.0.0.1") == "inside"
    assert asked(f"http://localhost:{server.server_port}/text?is=inside", "localhost") == "inside"


def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, server: LocalServer
) -> None:
    connected: list[str] = []

    original = socket.socket.connect

    def connect(self: socket.socket, place: Any) -> None:
        connected.append(place[0])
        original(self, ("127.0.0.1", place[1]))

    looked_up = resolver(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    monkeypatch.setattr(socket.socket, "connect", connect)

    assert asked(f"http://example.com:{server.server_port}/text?is=1", "example.com") == "1"
    assert (looked_up, connected) == (["example.com"], ["93.184.216.34"])


def test_of_several_addresses_the_private_ones_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []

    def connect(self: socket.socket, place: Any) -> None:
        connected.append(place[0])
        raise ConnectionRefusedError("refused")

    resolver(monkeypatch, ["10.0.0.1", "93.184.216.34", "8.8.8.8"])
    monkeypatch.setattr(socket.socket, "connect", connect)

    assert asked("http://example.com/", "example.com") is VALUE
    assert connected == ["93.184.216.34", "8.8.8.8"] * 3


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:db8::1", False),
    ],
)
def test_an_address_is_public_only_if_all_the_world_can_reach_it(address: str, is_public: bool) -> None:
    import ipaddress

    from xlmill.functions import allowed_hosts

    assert allowed_hosts.is_public(ipaddress.ip_address(address)) is is_public


# What goes wrong


def test_what_fails_for_the_moment_is_tried_three_times(server: LocalServer) -> None:
    assert asked(server.url("/flaky?failures=2"), server.host) == "at last"
    assert asked(server.url("/flaky?failures=3&again=1"), server.host) is VALUE
    assert set(server.asked.values()) == {3}


def test_a_host_that_refuses_connections_is_a_value_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"

    assert asked(url, "127.0.0.1") is VALUE
    assert "ConnectionRefusedError" in reasons(url, "127.0.0.1")[0]
    assert reasons(url, "127.0.0.1")[0].endswith("(3 attempts)")


def test_an_answer_that_breaks_off_is_a_value_error(server: LocalServer) -> None:
    assert asked(server.url("/cut"), server.host) is VALUE


@pytest.mark.parametrize("path", ["/drip", "/text?is=late&after=2"])
def test_an_answer_that_drips_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch, server: LocalServer, path: str
) -> None:
    monkeypatch.setattr(web_request, "SECONDS", 0.2)

    (reason,) = reasons(server.url(path), server.host)

    assert "TimeoutError" in reason


def test_a_url_is_asked_for_once_in_a_run_and_again_in_the_next(server: LocalServer) -> None:
    url = server.url("/text?is=1&after=0.05")
    for run in (1, 2):
        texts = [f'=WEBSERVICE("{url}")+{row % 2}' for row in range(200)]
        results = xl.evaluate_many(texts, allow_hosts=[server.host], strategy="threads", workers=4, chunk_size=20)

        assert results.to_list() == [1.0, 2.0] * 100
        assert sum(server.asked.values()) == run


def test_a_branch_that_is_not_taken_asks_nothing(server: LocalServer) -> None:
    formula = f'=IF(n>1,WEBSERVICE("{server.url("/text?is=")}"&n),"none")'

    assert [xl.compile(formula, allow_hosts=[server.host])(n=n) for n in (1, 2)] == ["none", "2"]
    assert list(server.asked) == ["/text?is=2"]
