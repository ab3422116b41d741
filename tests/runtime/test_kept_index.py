"""An index is built once and read afterwards; nothing that lies about in its folder can keep the desk shut."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import pytest

from knowledge.caution import Caution
from knowledge.confidence import Decision
from knowledge.searchable import Asked, Entry
from runtime.kept_index import kept_finder

ENTRIES = (
    Entry("dog", asked=(Asked("register a dog"), Asked("licence for my puppy"), Asked("养狗证怎么办"))),
    Entry("passport", asked=(Asked("apply for a passport"), Asked("护照怎么办"), Asked("办护照多少钱"))),
)


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.index"))


def test_what_was_built_is_read_again_and_finds_the_same(tmp_path: Path) -> None:
    built = kept_finder(tmp_path, ENTRIES, (), Caution())
    [file] = kept(tmp_path)
    written = file.stat().st_ino
    read = kept_finder(tmp_path, ENTRIES, (), Caution())
    assert file.stat().st_ino == written
    assert read is not built
    for question in ("护照怎么办", "my puppy", "rain"):
        assert read.find(question, None) == built.find(question, None)


@pytest.mark.parametrize(
    "other",
    [
        (ENTRIES[:1], (), Caution()),
        (ENTRIES, (("my dog", frozenset({"dog"})),), Caution()),
        (ENTRIES, (), Caution(0.2)),
    ],
)
def test_other_entries_labels_or_caution_have_an_index_of_their_own(
    tmp_path: Path, other: tuple[tuple[Entry, ...], tuple[tuple[str, frozenset[str]], ...], Caution]
) -> None:
    kept_finder(tmp_path, ENTRIES, (), Caution())
    kept_finder(tmp_path, *other)
    assert len(kept(tmp_path)) == 2


@pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps({"a": 1}), pickle.dumps(time.struct_time)])
def test_a_file_that_is_no_index_is_built_anew(tmp_path: Path, content: bytes) -> None:
    kept_finder(tmp_path, ENTRIES, (), Caution())
    [file] = kept(tmp_path)
    file.write_bytes(content)
    assert kept_finder(tmp_path, ENTRIES, (), Caution()).find("护照怎么办", None).decision is Decision.ANSWER
    assert file.read_bytes() != content


def test_a_folder_that_cannot_be_written_keeps_nobody_from_being_answered(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("here")
    assert kept_finder(blocked, ENTRIES, (), Caution()).find("护照怎么办", None).decision is Decision.ANSWER


def test_an_index_that_is_still_read_outlives_those_that_are_not(tmp_path: Path) -> None:
    kept_finder(tmp_path, ENTRIES, (), Caution())
    [wanted] = kept(tmp_path)
    for number in range(12):
        kept_finder(tmp_path, ENTRIES, (), Caution(0.2 + number / 100))
        kept_finder(tmp_path, ENTRIES, (), Caution())
    assert wanted in kept(tmp_path)


def test_only_the_newest_indexes_stay(tmp_path: Path) -> None:
    for number in range(12):
        kept_finder(tmp_path, (Entry("dog", version=str(number), asked=ENTRIES[0].asked),), (), Caution())
    assert len(kept(tmp_path)) == 8
    assert not list(tmp_path.glob("*.part"))
