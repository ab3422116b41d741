"""The repository as its guards see it: every file that is, or would be, committed."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("admin_api", "bot", "casework", "knowledge", "mail_gateway", "runtime")


@cache
def files() -> tuple[str, ...]:
    """Paths from the root; without git (an unpacked archive) whatever lies in the known folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return tuple(sorted(name for name in set(listed.stdout.splitlines()) if (ROOT / name).is_file()))
    folders = (*PACKAGES, "tests", "benchmarks", "docs")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return tuple(sorted(str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts))


@cache
def texts() -> Mapping[str, str]:
    """Every file that is text, by path."""
    found = {}
    for name in files():
        try:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def sources() -> Mapping[str, str]:
    """Every Python file of the product."""
    return {name: text for name, text in texts().items() if name.endswith(".py") and name.split("/")[0] in PACKAGES}
