"""What Outlook wraps into winmail.dat (MS-OXTNEF): the files and the text that the citizen sees as sent."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tnefparse import properties
from tnefparse.tnef import TNEF, TNEFAttachment

from mail_gateway.charsets import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_START = 6
_OBJECT = struct.Struct("<BII")
_CHECKSUM = 2
MAX_OBJECTS = 1000
"""The library copies what is left for every object: more of them are not opened."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was found in a winmail.dat."""

    files: tuple[tuple[str, bytes], ...] = ()
    text: str = ""
    html: str = ""
    defect: str = ""
    """Why it could not be opened; empty when it could."""

    def __repr__(self) -> str:
        """Keep names and words out of logs."""
        return f"Unpacked({len(self.files)} files)"


def unpack(data: bytes) -> Unpacked:
    """The files and the body in `data`; never fails."""
    if not data.startswith(_SIGNATURE) or _objects_in(data) > MAX_OBJECTS:
        return Unpacked(defect="winmail.dat not readable")
    try:
        found = TNEF(data, do_checksum=False)
        files = tuple((_name_of(one), bytes(one.data)) for one in found.attachments)
        return Unpacked(files, _words(found.body), _words(found.htmlbody))
    except Exception as error:  # noqa: BLE001 - the library raises whatever broken bytes lead to; the file itself stays
        return Unpacked(defect=f"winmail.dat not readable: {type(error).__name__}")


def _objects_in(data: bytes) -> int:
    at, count = _START, 0
    while at + _OBJECT.size + _CHECKSUM <= len(data) and count <= MAX_OBJECTS:
        at += _OBJECT.size + _OBJECT.unpack_from(data, at)[2] + _CHECKSUM
        count += 1
    return count


def _name_of(attachment: TNEFAttachment) -> str:
    """The long name, else the short one, whose octets the library itself reads as UTF-8 alone."""
    long = [one.data for one in attachment.mapi_attrs if one.name == properties.MAPI_ATTACH_LONG_FILENAME]
    return _words(long) or _words(attachment._name)  # noqa: SLF001


def _words(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else b""
    text = decode(value).text if isinstance(value, bytes) else str(value or "")
    return text.replace("\x00", "").replace("\r\n", "\n").strip("\n")
