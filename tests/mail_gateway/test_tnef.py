"""Outlook's winmail.dat: files and text come out of it, and nothing that is broken harms. The files are made here."""

from __future__ import annotations

import struct

from mail_gateway.parsing import parse
from mail_gateway.tnef import MAX_OBJECTS, unpack

_VERSION = (1, 0x00089006, struct.pack("<I", 0x00010000))
_CODEPAGE = (1, 0x00069007, struct.pack("<II", 936, 0))
_RENDER = (2, 0x00069002, b"\x01\x00" + b"\xff" * 12)


def an_object(level: int, name: int, data: bytes) -> bytes:
    """One object with its checksum (MS-OXTNEF 2.1.3)."""
    return struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def a_winmail(*objects: tuple[int, int, bytes]) -> bytes:
    """A file of these objects."""
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(an_object(*one) for one in objects)


WINMAIL = a_winmail(
    _VERSION, _CODEPAGE, _RENDER, (2, 0x00018010, "申请书.txt".encode("gbk") + b"\x00"), (2, 0x0006800F, b"content")
)


def a_mail(data: bytes) -> bytes:
    """A mail with nothing but that file."""
    return b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n\r\n' + data


def test_files_come_out_of_winmail_dat_and_it_stays_beside_them() -> None:
    mail = parse(a_mail(WINMAIL))
    assert {one.name: one.content for one in mail.attachments} == {"winmail.dat": WINMAIL, "申请书.txt": b"content"}
    assert mail.repairs == ("winmail.dat unpacked",)


def test_a_broken_winmail_dat_is_kept_as_it_is_and_named() -> None:
    for data in (b"", WINMAIL[:40], b"\x78\x9f\x3e\x22" + b"\xff" * 400):
        mail = parse(a_mail(data))
        assert [attachment.name for attachment in mail.attachments] == ["winmail.dat"]


def test_more_objects_than_any_program_writes_are_not_opened() -> None:
    assert unpack(a_winmail(*[_VERSION] * (MAX_OBJECTS + 1))).defect == "winmail.dat not readable"
