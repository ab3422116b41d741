"""A small invented bureau for the tests of knowledge, apart from the demo that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge.library import Library, load_library
from knowledge.retrieval import KnowledgeBase

BUNDLE = Path(__file__).parent / "bundle" / "procedures"


@pytest.fixture(scope="session")
def library() -> Library:
    """The seven entries of the invented bureau."""
    found, faults = load_library(BUNDLE)
    assert not faults
    return found


@pytest.fixture(scope="session")
def knowledge(library: Library) -> KnowledgeBase:
    """The same, ready to be asked."""
    return KnowledgeBase(library)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the entries, to be broken."""
    return Path(shutil.copytree(BUNDLE, tmp_path / "procedures"))
