"""A DNS server on 127.0.0.1 with the records that a test gives it; it can be told to be silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class Zone:
    """What is published, by name and type, and what was asked."""

    records: Mapping[tuple[str, str], list[str]]
    is_silent: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.is_silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        found = self.records.get((name, kind))
        if found:
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


def txt(value: str) -> list[str]:
    """A TXT record, in pieces of at most 255 characters as DNS wants them."""
    return [" ".join(f'"{value[start : start + 250]}"' for start in range(0, len(value), 250))]


@contextmanager
def dns_server(zone: Zone) -> Iterator[str]:
    """The address and port of a server that answers from `zone`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                wire, peer = listener.recvfrom(4096)
                answer = zone.answer(wire) if not ended.is_set() else None
                if answer is not None:
                    listener.sendto(answer, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            ended.set()
            listener.sendto(b"", ("127.0.0.1", port))
            thread.join(10)
