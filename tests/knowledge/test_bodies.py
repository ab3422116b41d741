"""Entries as bodies and as files: whatever one form holds comes back equal from the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.basis import Basis
from knowledge.bodies import body_of, body_of_tree, digest_of, procedure_of, read_body, tree_of
from knowledge.composing import compose_file, compose_tree
from knowledge.errors import KnowledgeRejected
from knowledge.library import load_library
from knowledge.procedure import OPTIONAL_FACETS, Facet, FacetName, Procedure, TimeLimit, TimeUnit
from knowledge.publication import DisclosureClass, Stage, Standing
from knowledge.reading import FEWEST_PHRASINGS, read_entry
from knowledge.revisions import Revision, Subject
from knowledge.text import Text
from runtime.bundle import demo_bundle

DRAFTED_AT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DEMO = tuple(load_library(demo_bundle() / "procedures")[0])

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(str.strip).filter(bool)
days = st.dates(min_value=date(1900, 1, 1))
texts = st.builds(Text, words, words)
limits = st.one_of(
    st.builds(TimeLimit, st.integers(1, 400), st.sampled_from(TimeUnit), st.none() | texts),
    st.builds(TimeLimit, st.just(0), st.just(TimeUnit.SAME_DAY), st.none() | texts),
)
many = st.lists(words, min_size=1, max_size=4).map(tuple)
limits_of = st.lists(limits, max_size=3).map(tuple)
empty = st.builds(Facet, bureau_must_fill=st.just(True), yuan=st.sampled_from([(), (120,), (0.5, 3)]), limits=limits_of)
said = st.builds(Facet, text=texts, bureau_must_fill=st.booleans(), limits=limits_of)
listed = st.builds(Facet, items=st.fixed_dictionaries({"zh": many, "en": many}), bureau_must_fill=st.booleans())
facets = st.one_of(empty, said, listed)


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    disclosure = draw(st.sampled_from(DisclosureClass))
    needed = {name: facets for name in FacetName if name not in OPTIONAL_FACETS}
    return Procedure(
        slug=draw(st.from_regex(r"[a-z][a-z-]{0,20}", fullmatch=True)),
        version=draw(words),
        unit=draw(words),
        checked_on=draw(days),
        title=draw(texts),
        summary=draw(texts),
        facets=draw(st.fixed_dictionaries(needed, optional=dict.fromkeys(OPTIONAL_FACETS, facets))),
        basis=tuple(draw(st.lists(st.builds(Basis, texts, st.just("") | words, days), min_size=1, max_size=3))),
        phrasings={
            language: tuple(draw(st.lists(words, min_size=fewest, max_size=fewest + 2)))
            for language, fewest in FEWEST_PHRASINGS.items()
        },
        notes=draw(st.none() | texts),
        disclosure=disclosure,
        ground=None if disclosure is DisclosureClass.PROACTIVE else draw(texts),
        review_due_on=draw(st.none() | days),
    )


def there_and_back(procedure: Procedure) -> None:
    written = compose_file(compose_tree(procedure))
    assert read_entry(f"{procedure.slug}.toml", written) == (procedure, ())
    body = json.loads(json.dumps(body_of(procedure)))
    assert read_body(body, procedure.slug) == (procedure, ())
    assert compose_file(tree_of(body)) == written


@settings(max_examples=150, deadline=None)
@given(procedures())
def test_any_entry_comes_back_equal_from_its_body_and_from_its_file(procedure: Procedure) -> None:
    there_and_back(procedure)


@pytest.mark.parametrize("procedure", DEMO, ids=lambda entry: entry.slug)
def test_every_entry_of_the_demo_comes_back_equal(procedure: Procedure) -> None:
    there_and_back(procedure)


@settings(max_examples=60, deadline=None)
@given(procedures(), procedures())
def test_two_bodies_have_one_digest_only_when_they_say_the_same(one: Procedure, other: Procedure) -> None:
    assert (digest_of(body_of(one)) == digest_of(body_of(other))) == (body_of(one) == body_of(other))
    shuffled = dict(reversed(list(body_of(one).items())))
    assert digest_of(shuffled) == digest_of(body_of(one))


def test_a_draft_keeps_what_was_typed_though_it_has_faults() -> None:
    typed: Mapping[str, Any] = {"slug": "half", "checked_on": "soon", "basis": [{"on": "never"}, "?"], "extra": 1}
    body = body_of_tree(typed)
    assert body == typed
    procedure, faults = read_body(body, "half")
    assert procedure is None
    assert {"checked_on", "basis", "extra", "title", "phrasings", "who"} <= {fault.at for fault in faults}
    assert compose_file(tree_of({**body, "basis": []})).endswith("extra = 1\n")


def test_a_revision_that_was_never_reviewed_is_not_read_as_an_entry() -> None:
    standing = Standing(Stage.DRAFT, "wang", DRAFTED_AT)
    with pytest.raises(KnowledgeRejected, match=r"revision 3 of entry 'half' cannot be used: version is missing"):
        procedure_of(Revision(Subject.ENTRY, "half", 3, "", "", {"slug": "half"}, standing))
