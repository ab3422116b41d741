"""How long personal text is kept, as `[retention.KIND]` of `bureau.toml` states it."""

from __future__ import annotations

from collections.abc import Mapping

from casework.bundle_file import BundleFile
from casework.bureau import Retention
from casework.kinds import CaseKind

MOST_YEARS = 100


def read_retention(file: BundleFile) -> Mapping[CaseKind, Retention]:
    """By kind of case; what is not named is kept without end."""
    file.only(("retention",), tuple(CaseKind))
    found: dict[CaseKind, Retention] = {}
    for kind in CaseKind:
        key = ("retention", kind.value)
        if not file.table(key):
            continue
        file.only(key, ("years", "basis"))
        years, basis = file.get((*key, "years")), file.words((*key, "basis"))
        if isinstance(years, bool) or not isinstance(years, int) or not 1 <= years <= MOST_YEARS:
            file.fault((*key, "years"), f"{'.'.join(key)}.years must be a whole number from 1 to {MOST_YEARS}")
        elif basis:
            found[kind] = Retention(years, basis)
    return found
