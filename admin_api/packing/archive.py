"""The ZIP itself: the same files always give the same bytes, and a manifest names the digest of each."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Final

from casework.attaching import clean_name

MANIFEST: Final = "MANIFEST.json"
FORMAT: Final = 1
_WHENEVER: Final = (1980, 1, 1, 0, 0, 0)
"""No time of making: it would make two packs of one case differ."""
_REFUSED: Final = re.compile(r'[<>:"|?*/\\]')
"""What some systems refuse in a name of a file."""


@dataclass(slots=True)
class Archive:
    """Files of a pack, by name."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, data: bytes) -> str:
        """Add a file; the name under which it is found."""
        self.files[name] = data
        return name

    def add_text(self, name: str, text: str) -> str:
        """Add a text."""
        return self.add(name, text.encode())

    def add_json(self, name: str, value: object) -> str:
        """Add a value as JSON that people can read."""
        return self.add_text(name, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n")

    def write(self, file: IO[bytes], facts: Mapping[str, object]) -> None:
        """Write the ZIP with its manifest, which says `facts` too."""
        listed = [
            {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in sorted(self.files.items())
        ]
        self.add_json(MANIFEST, {"format": FORMAT, **facts, "files": listed})
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            for name, data in sorted(self.files.items()):
                info = zipfile.ZipInfo(name, _WHENEVER)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = 3
                info.external_attr = 0o644 << 16
                packed.writestr(info, data)


def safe_name(number: int, name: str) -> str:
    """A name of a file that no system refuses or takes for another folder; the number keeps two of one name apart."""
    return f"{number:03}-{_REFUSED.sub('_', clean_name(name))}"
