"""The hosts that a run may ask, as a caller names them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import TypeAlias

from xlmill.exceptions import InputError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LOCALHOST = "localhost"

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def allowed_hosts(names: Iterable[str]) -> frozenset[str]:
    """Names as the caller gave them, checked and in one spelling: HOST or HOST:PORT, IPv6 addresses in brackets.

    Without a port all ports of the host are allowed. Raises InputError for what is no host, such as a whole URL or a
    pattern.
    """
    if isinstance(names, str):
        raise InputError(f"allow_hosts is a list of hosts; write [{names!r}]")
    return frozenset(_spelled(name) for name in names)


def is_allowed(hosts: frozenset[str], host: str, port: int) -> bool:
    """Whether `host`, as `ascii_host` spells it, was named, for this port or for all."""
    return host in hosts or _with_port(host, port) in hosts


def may_connect(hosts: frozenset[str], host: str, address: Address, port: int) -> bool:
    """Whether the address that an allowed host's name stands for may be connected to.

    One that all the world can reach may. A private one, or this machine's own, may if it was itself named, or if the
    host is `localhost`: the name of a host out there is no leave to be led in here.
    """
    if is_public(address) or is_allowed(hosts, str(address), port):
        return True
    return host == LOCALHOST and address.is_loopback


def is_public(address: Address) -> bool:
    """Whether an address belongs to all the world, and so does the IPv4 address that it may be a form of."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    if address.is_site_local:
        return False
    inner: list[ipaddress.IPv4Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(is_public(each) for each in inner if each is not None)


def ascii_host(name: str) -> str:
    """A host's name or address in the one spelling that is compared. Raises ValueError for what is none."""
    bare = name.removeprefix("[").removesuffix("]") if name.startswith("[") else name
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        spelled = name.lower().removesuffix(".")
    if not spelled.isascii():
        spelled = spelled.encode("idna").decode()
    # 127.1, 0x7f.1 and 2130706433 are addresses to some resolvers.
    if _NAME.fullmatch(spelled) is None or re.fullmatch(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)", spelled):
        raise ValueError(f"{name!r} is no host")
    return spelled


def _spelled(name: str) -> str:
    try:
        return ascii_host(name)
    except ValueError:
        host, _, port = name.rpartition(":")
    try:
        number = int(port) if port.isascii() and port.isdigit() else 0
        if not 0 < number < 65_536:
            raise ValueError
        return _with_port(ascii_host(host), number)
    except ValueError:
        raise InputError(f"{name!r} is no host; write it like api.example.com, 10.0.0.5:8080 or [::1]:8080") from None


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
