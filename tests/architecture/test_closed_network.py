from __future__ import annotations

import socket

import pytest

from tests.closed_network import NetworkClosed, is_loopback, is_loopback_host


def test_a_socket_to_a_stranger_is_refused() -> None:
    with socket.socket() as sock, pytest.raises(NetworkClosed, match=r"192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


def test_a_datagram_to_a_stranger_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(NetworkClosed):
        sock.sendto(b"x", ("192.0.2.1", 53))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(NetworkClosed, match=r"mail\.example"):
        socket.getaddrinfo("mail.example", 25)


def test_the_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param(("127.0.0.1", 25), True, id="a number of the loopback"),
        pytest.param(("::1", 25, 0, 0), True, id="the loopback of IPv6"),
        pytest.param("/tmp/socket", True, id="a path"),
        pytest.param(("0.0.0.0", 25), False, id="every interface"),
        pytest.param(("example.org", 25), False, id="a name"),
    ],
)
def test_what_counts_as_loopback(address: object, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_a_host_that_is_no_text_is_a_stranger() -> None:
    assert not is_loopback_host(7)
