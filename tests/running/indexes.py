"""Where the tests keep indexes: one directory for all of a user's runs, so that a start costs no build."""

from __future__ import annotations

import getpass
import tempfile
from pathlib import Path

INDEXES = Path(tempfile.gettempdir()) / f"sunwindow-test-indexes-{getpass.getuser()}"
