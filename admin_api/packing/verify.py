"""Checks an evidence pack with nothing but Python: python verify.py PACK.zip, or a folder that it was unpacked into.

It computes again the SHA-256 of every file that MANIFEST.json names, the chain of hashes of ledger.jsonl, and the
digest of every text in it. It says what does not agree, and leaves with status 1; with status 0 all of it agrees.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

GENESIS = "0" * 64
MANIFEST = "MANIFEST.json"


def read_pack(path: Path) -> dict[str, bytes]:
    """Every file of a pack by its name."""
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file())
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}
    with zipfile.ZipFile(path) as packed:
        return {info.filename: packed.read(info) for info in packed.infolist() if not info.is_dir()}


def faults_of(files: Mapping[str, bytes]) -> list[str]:
    """What does not agree in a pack; empty when all of it does."""
    if MANIFEST not in files:
        return [f"{MANIFEST} is missing"]
    manifest = json.loads(files[MANIFEST])
    named = {row["name"]: row["sha256"] for row in manifest["files"]}
    found = [f"{name}: is missing" for name in sorted(named.keys() - files.keys())]
    found += [f"{name}: is not named in {MANIFEST}" for name in sorted(files.keys() - named.keys() - {MANIFEST})]
    for name in sorted(named.keys() & files.keys()):
        if hashlib.sha256(files[name]).hexdigest() != named[name]:
            found.append(f"{name}: was changed after the pack was made")
    found += faults_of_ledger(files.get("ledger.jsonl", b"").decode())
    return found


def faults_of_ledger(lines: str) -> list[str]:
    """What does not agree in a ledger of one event a line."""
    found: list[str] = []
    before = GENESIS
    for number, line in enumerate(lines.splitlines(), start=1):
        event = json.loads(line)
        if event["number"] != number:
            found.append(f"ledger: event {number} is missing")
        if event["previous_hash"] != before:
            found.append(f"ledger: event {event['number']} does not carry the hash of the event before it")
        if hash_of(event) != event["hash"]:
            found.append(f"ledger: event {event['number']} was changed after it was written")
        text = event.get("text")
        digest = hashlib.sha256(f"{event.get('salt') or ''}\n{text}".encode()).hexdigest()
        if text is not None and digest != event["text_digest"]:
            found.append(f"ledger: the text of event {event['number']} was changed after it was written")
        before = event["hash"]
    return found


def hash_of(event: Mapping[str, object]) -> str:
    """The hash that follows from what an event says and from the one before it."""
    at = datetime.fromisoformat(str(event["at"])).astimezone(UTC).isoformat()
    said = [event[name] for name in ("previous_hash", "number", "name")]
    content = [*said, at, event["actor"], event["facts"], event["text_digest"]]
    canonical = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def main(arguments: list[str]) -> int:
    """Check the pack named, or the folder in which this file lies; 1 when something does not agree."""
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    faults = faults_of(read_pack(path))
    sys.stdout.write("".join(f"{fault}\n" for fault in faults) or "everything agrees\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
