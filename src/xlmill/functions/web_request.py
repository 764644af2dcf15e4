"""GET over HTTP, from allowed hosts only."""

from __future__ import annotations

import functools
import http.client
import io
import ipaddress
import socket
import ssl
import time
import urllib.parse
from dataclasses import dataclass
from typing import Any

from xlmill.functions.allowed_hosts import ascii_host, is_allowed, may_connect
from xlmill.functions.outside import NoAnswerError
from xlmill.values.error_value import ExcelError
from xlmill.values.text_column import LONGEST_TEXT
from xlmill.version import __version__

LONGEST_URL = 2_048
MOST_REDIRECTS = 5
# The longest text that a cell holds takes no more bytes in any usual encoding.
MOST_BYTES = 4 * LONGEST_TEXT
# For all of a request: looking the host up, connecting, redirects, the last byte.
SECONDS = 30.0

_REDIRECTS = (301, 302, 303, 307, 308)
_TOO_MANY_REQUESTS = 429
_PORTS = {"http": 80, "https": 443}
_UNQUOTED = "%/:;=&?~+!$,'@()*[]"


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a request goes."""

    scheme: str
    host: str
    port: int
    path: str


def fetch(url: str, hosts: frozenset[str]) -> str:
    """The text behind a URL. Raises NoAnswerError with the error value that Excel shows, and the reason.

    No proxy is used, and none of the environment's settings: the address that was checked is the one connected to.
    """
    deadline = time.monotonic() + SECONDS
    try:
        for _ in range(MOST_REDIRECTS + 1):
            target = _target(url)
            if not is_allowed(hosts, target.host, target.port):
                raise _blocked(f"{_shown(target)} is not among the allowed hosts")
            found = _get(target, hosts, deadline)
            if isinstance(found, str):
                return found
            url = urllib.parse.urljoin(url, found.location)
        raise _refused(f"more than {MOST_REDIRECTS} redirects")
    except (OSError, http.client.HTTPException) as error:
        # A later attempt may reach it.
        reason = f"{_host_of(url)}: {type(error).__name__}: {error}"
        raise NoAnswerError(ExcelError.VALUE, reason, is_final=False) from error


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """An answer that says where to ask instead."""

    location: str


def _target(url: str) -> _Target:
    if len(url.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_URL:
        raise _refused(f"a URL of more than {LONGEST_URL:,} characters")
    if any(character <= " " or character == "\x7f" for character in url):
        raise _refused("a URL with blanks or control characters")
    try:
        parts = urllib.parse.urlsplit(url)
        scheme = parts.scheme.lower()
        if scheme not in _PORTS:
            raise _refused("a URL that begins with neither http:// nor https://")
        if parts.username is not None or parts.password is not None:
            raise _refused("a URL with a user name")
        port = _PORTS[scheme] if parts.port is None else parts.port
        host = ascii_host(parts.hostname or "")
        path = urllib.parse.quote(parts.path or "/", _UNQUOTED)
        query = f"?{urllib.parse.quote(parts.query, _UNQUOTED)}" if parts.query else ""
    except ValueError:  # of a port, of brackets, of a name that is none
        raise _refused("what is no URL") from None
    return _Target(scheme, host, port, path + query)


def _get(target: _Target, hosts: frozenset[str], deadline: float) -> str | _Elsewhere:
    """One request over one connection."""
    sock = _connected(target, hosts, deadline)
    try:
        connection: http.client.HTTPConnection
        if target.scheme == "https":
            sock.settimeout(_left(deadline))
            connection = http.client.HTTPSConnection(target.host, target.port, context=_tls())
            sock = _tls().wrap_socket(sock, server_hostname=target.host)
        else:
            connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = sock
        connection.response_class = functools.partial(_Response, deadline=deadline)  # type: ignore[assignment]
        sock.settimeout(_left(deadline))
        connection.request(
            "GET",
            target.path,
            headers={
                "User-Agent": f"xlmill/{__version__}",
                "Accept": "*/*",
                "Accept-Encoding": "identity",  # so that the bytes read are the bytes there are
                "Connection": "close",
            },
        )
        with connection.getresponse() as response:
            return _content(target, response)
    finally:
        sock.close()


def _content(target: _Target, response: http.client.HTTPResponse) -> str | _Elsewhere:
    location = response.headers.get("Location")
    if response.status in _REDIRECTS and location:
        return _Elsewhere(location)
    if not 200 <= response.status < 300:
        is_passing = response.status == _TOO_MANY_REQUESTS or response.status >= 500
        reason = f"{target.host}: HTTP {response.status} {response.reason}"
        raise NoAnswerError(ExcelError.VALUE, reason, is_final=not is_passing)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _refused(f"{target.host}: a compressed answer, though none was asked for")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise _refused(f"{target.host}: an answer of more than {MOST_BYTES:,} bytes")
    if response.length:  # bytes that were promised
        raise http.client.IncompleteRead(body)
    text = _decoded(body, response.headers.get_content_charset())
    if len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        raise _refused(f"{target.host}: an answer of more than {LONGEST_TEXT:,} characters")
    return text


def _decoded(body: bytes, charset: str | None) -> str:
    """Text in the encoding that was said, or else in UTF-8."""
    try:
        return body.decode(charset or "utf-8-sig", "replace")
    except LookupError:
        return body.decode("utf-8-sig", "replace")


def _connected(target: _Target, hosts: frozenset[str], deadline: float) -> socket.socket:
    """A connection to an address of the host. It is looked up once, and what was checked is connected to."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    allowed = [
        (family, place)
        for family, _, _, _, place in found
        if may_connect(hosts, target.host, _address(place), target.port)
    ]
    if not allowed:
        raise _blocked(f"{target.host} stands for {_address(found[0][4])}, which is private: name the address, too")
    for number, (family, place) in enumerate(allowed, start=1):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(_left(deadline))
            sock.connect(place)
        except OSError:
            sock.close()
            if number == len(allowed):
                raise
        else:
            return sock
    raise AssertionError("there was an address")


def _address(place: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(place[0].partition("%")[0])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError(f"no whole answer within {SECONDS:g} s")
    return left


class _Response(http.client.HTTPResponse):
    """A response that must be there by a deadline, however slowly its bytes drip."""

    def __init__(self, sock: socket.socket, *arguments: Any, deadline: float, **settings: Any) -> None:
        super().__init__(sock, *arguments, **settings)
        self.fp = io.BufferedReader(_ByDeadline(self.fp.detach(), sock, deadline))


class _ByDeadline(io.RawIOBase):
    """What a socket gives, each time within what is left until the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _refused(reason: str) -> NoAnswerError:
    """What Excel shows #VALUE! for, however often it is asked."""
    return NoAnswerError(ExcelError.VALUE, reason, is_final=True)


def _blocked(reason: str) -> NoAnswerError:
    return NoAnswerError(ExcelError.BLOCKED, reason, is_final=True)


def _shown(target: _Target) -> str:
    return target.host if target.port == _PORTS[target.scheme] else f"{target.host}:{target.port}"


def _host_of(url: str) -> str:
    return urllib.parse.urlsplit(url).hostname or url
