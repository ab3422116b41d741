"""The demo bureau behind the engine and the desk, loaded once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from bot.desk import Desk
from casework.actions.office import Office
from casework.bureau import Bureau
from casework.wording import Wording, load_wording
from knowledge.retrieval import KnowledgeBase
from runtime.bundle import Bundle, load_bundle
from runtime.furnishing import know
from tests.running.indexes import INDEXES


@cache
def demo_bundle() -> Bundle:
    return load_bundle(files("runtime") / "demo" / "bureau")


def demo_bureau() -> Bureau:
    return demo_bundle().bureau


@cache
def demo_knowledge() -> KnowledgeBase:
    return know(demo_bundle(), kept=INDEXES)


@cache
def desk_wording() -> Wording:
    return load_wording(files("bot") / "replies")


def demo_office() -> Office:
    return Office(demo_bureau(), load_wording(files("casework") / "notices"), b"a secret for tests")


def a_desk() -> Desk:
    return Desk(knowledge=demo_knowledge, office=demo_office(), replies=desk_wording())
