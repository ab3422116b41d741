"""The network of the tests: this machine's loopback and nothing else."""

from __future__ import annotations

import ipaddress
import sys

_LOOPBACK_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})


class NetworkClosed(RuntimeError):
    """A test reached for the network: give it a peer on 127.0.0.1."""


def close_network() -> None:
    """From now on, and for as long as the process lives, sockets reach the loopback only."""
    sys.addaudithook(_refuse_strangers)


def is_loopback(address: object) -> bool:
    """Whether an address of the socket module stays on this machine: a path, a loopback name or a loopback number."""
    if not isinstance(address, tuple):
        return True
    return is_loopback_host(address[0])


def is_loopback_host(host: object) -> bool:
    """Whether a host, as it is given to getaddrinfo, is this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else host
    if name is None:
        return True
    if not isinstance(name, str):
        return False
    if name.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_strangers(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and not is_loopback(arguments[1]):
        raise NetworkClosed(f"a test tried {event} to {arguments[1]!r}: give it a peer on 127.0.0.1")
    if event == "socket.getaddrinfo" and not (is_loopback_host(arguments[0]) or _is_number(arguments[0])):
        raise NetworkClosed(f"a test asked for the address of {arguments[0]!r}: give it a peer on 127.0.0.1")


def _is_number(host: object) -> bool:
    """Whether nothing need be looked up: `0.0.0.0` may be listened on, and `connect` is watched by itself."""
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True
