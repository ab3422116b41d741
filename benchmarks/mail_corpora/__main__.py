"""Prints for each source which share of its expectations is met, and every miss.

python -m benchmarks.mail_corpora FOLDER [SOURCE …]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.mail_corpora import bounces, replies, structure
from benchmarks.mail_corpora.expectation import Expectation
from mail_gateway.parsing import parse

SOURCES: Mapping[str, tuple[str, float, Callable[[Path], Iterator[Expectation]]]] = {
    "enmime": ("enmime", 95, structure.enmime),
    "mime4j": ("mime4j", 90, structure.mime4j),
    "php_mime_mail_parser": ("php_mime_mail_parser", 90, structure.php_mime_mail_parser),
    "webklex": ("webklex_php_imap", 92, structure.webklex),
    "imap_tools": ("imap_tools", 97, structure.imap_tools),
    "flufl_bounce": ("flufl_bounce", 97, bounces.flufl_bounce),
    "enmime reports": ("enmime", 95, bounces.enmime_reports),
    "talon": ("talon", 75, replies.talon_replies),
    "crisp": ("crisp_email_reply_parser", 70, replies.crisp_replies),
    "quotequail": ("quotequail", 75, replies.quotequail_replies),
}
"""Name, folder, the share to reach in percent, and what looks."""


def main(arguments: list[str]) -> int:
    """Print the table; 1 when a share is not reached or a mail could not be read at all."""
    root, *chosen = arguments
    folder = Path(root)
    if not folder.is_dir():
        print(f"there are no corpora in {folder}: name their folder, as in `make corpora CORPORA=…`", file=sys.stderr)
        return 2
    below = False
    for name, (source, wanted, look) in SOURCES.items():
        if chosen and name not in chosen:
            continue
        looked = list(look(folder / source))
        met = sum(expectation.is_met for expectation in looked)
        share = 100 * met / max(len(looked), 1)
        below |= share < wanted
        print(f"{'ok  ' if share >= wanted else 'MISS'} {name:22} {share:5.1f} % of {len(looked)}, wanted {wanted} %")
        for expectation in looked:
            if not expectation.is_met:
                print(f"       {expectation}")
    return int(not _all_are_read(folder) or below)


def _all_are_read(folder: Path) -> bool:
    """Read every file of every source: none may raise, whatever it is."""
    read = 0
    for path in sorted(folder.glob("*/messages/**/*")):
        if path.is_file():
            parse(path.read_bytes())
            read += 1
    print(f"ok   {read} files read without an exception")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
