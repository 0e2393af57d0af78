"""A name server of a zone's records, on loopback: real packets, nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """`records`: texts by (name, type); an unknown name is NXDOMAIN, a known one without that type an empty answer."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                packet, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            if not packet:
                return
            self.socket.sendto(self.answer(packet), sender)

    def answer(self, packet: bytes) -> bytes:
        query = dns.message.from_wire(packet)
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        alias = self.records.get((name, "CNAME"))
        found = self.records.get((name, kind))
        if found is None and alias and kind in ("A", "AAAA"):
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", "CNAME", f"{alias[0]}."))
            found = self.records.get((alias[0], kind))
            if found:
                response.answer.append(dns.rrset.from_text(f"{alias[0]}.", 60, "IN", kind, *found))
        elif found:
            shown = [f'"{text}"' if kind == "TXT" else text for text in found]
            shown = [f"{text}." if kind == "CNAME" else text for text in shown]
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *shown))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@contextmanager
def serving() -> Iterator[NameServer]:
    server = NameServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.socket.getsockname())
        thread.join(5)
        server.socket.close()
