"""What a bureau has confirmed of the regimes: `[regimes.SLUG.rules.NAME]` and `[regimes.SLUG.settings]`."""

from __future__ import annotations

from collections.abc import Mapping

from casework.bundle_file import BundleFile
from casework.errors import CaseworkNotFound, CaseworkRejected
from casework.regime_files import get_regime


def read_regimes(file: BundleFile) -> Mapping[str, Mapping[str, object]]:
    """The settings and rules that the bureau has confirmed, by regime; a fault names what is law or is not known."""
    found: dict[str, Mapping[str, object]] = {}
    for slug, said in file.table(("regimes",)).items():
        key = ("regimes", slug)
        if not isinstance(said, Mapping):
            file.fault(key, f"regimes.{slug} must be a table with rules and settings")
            continue
        try:
            get_regime(slug).with_overrides(said)
        except (CaseworkNotFound, CaseworkRejected) as error:
            file.fault(key, f"regimes.{slug}: {error}")
            continue
        found[slug] = said
    return found
