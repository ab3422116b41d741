"""Trying a revision before it is published: what counts as labelled, and that trying is done once."""

from __future__ import annotations

from datetime import UTC, datetime

from admin_api.trials import Accepted, Trials, library_with
from knowledge.bodies import body_of
from knowledge.library import Library
from knowledge.proposing import with_phrasing
from knowledge.publication import Classification, DisclosureClass, Stage, Standing
from knowledge.retrieval import KnowledgeBase
from knowledge.revisions import Body, Revision, Subject
from tests.admin_api.api_desk import demo_knowledge, load_procedures

SLUG = "id-card-lost"
ASKED = "红本本飞走了咋整"


def a_revision(body: Body | None = None, classification: Classification | None = None) -> Revision:
    standing = Standing(Stage.REVIEWED, "wang", datetime(2026, 11, 23, tzinfo=UTC), classification or Classification())
    return Revision(Subject.ENTRY, SLUG, 2, "t", "u", body or body_of(load_procedures().get(SLUG)), standing)


class Counted:
    """Builds indexes and counts them."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self, library: Library) -> KnowledgeBase:
        self.built += 1
        return KnowledgeBase(library)


def test_the_same_trial_is_done_once_and_another_text_is_tried_anew() -> None:
    build = Counted()
    trials = Trials(build)
    labelled = [("身份证丢了怎么补", (SLUG,))]
    first = trials.effect(demo_knowledge(), a_revision(), labelled)
    assert trials.effect(demo_knowledge(), a_revision(), labelled) is first
    assert build.built == 1
    trials.effect(demo_knowledge(), a_revision(with_phrasing(a_revision().body, "zh", ASKED)), labelled)
    assert build.built == 2


def test_only_questions_whose_phrasing_is_in_the_draft_or_published_are_labels() -> None:
    accepted = [
        Accepted("我家红本本飞走了怎么弄", SLUG, ASKED),
        Accepted("没有被采纳的问法", SLUG, "没有被采纳的问法"),
        Accepted("能养鸡吗", "keep-poultry", ""),
    ]
    with_it = a_revision(with_phrasing(a_revision().body, "zh", ASKED))
    effect = Trials(KnowledgeBase).effect(demo_knowledge(), with_it, [], accepted)
    assert effect.questions == 1
    assert Trials(KnowledgeBase).effect(demo_knowledge(), a_revision(), [], accepted).questions == 0


def test_an_entry_that_is_not_disclosed_leaves_the_library() -> None:
    closed = a_revision(classification=Classification(DisclosureClass.NOT_DISCLOSED, "第十四条"))
    library = library_with(demo_knowledge().library, closed)
    assert SLUG not in library
    assert len(library) == len(demo_knowledge().library) - 1
    assert len(library_with(demo_knowledge().library, a_revision())) == len(demo_knowledge().library)
