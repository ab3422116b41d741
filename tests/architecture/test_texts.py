from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from importlib.resources import files

import pytest

from casework.party import LANGUAGES
from casework.wording import Wording, load_wording
from runtime.bundle_replies import TEXT_FOLDERS
from tests.architecture.source_tree import PACKAGES, sources, texts
from tests.architecture.text_keys import UsedKey, keys_in_python, keys_in_template

LISTED = {f"{package}/{folder}" for package, folder in TEXT_FOLDERS}
OF_THE_DEMO = {"runtime/demo/pages", "runtime/demo/words"}
"""What the demo alone shows and prints; no bureau says it."""
SAID = sorted(LISTED | OF_THE_DEMO)
ROOMS = sorted({folder.split("/")[0] for folder in SAID})
NO_REPLIES = {
    # Words that people use, not words that we say.
    "bot/engine/sentences",
    # Labels of the answer card: `knowledge` reads them itself, being a stranger to casework.
    "knowledge/labels",
    *OF_THE_DEMO,
}


def folders_with_texts() -> set[str]:
    return {
        name.rpartition("/")[0]
        for name in texts()
        if name.rpartition("/")[2] in {f"{language}.toml" for language in LANGUAGES} and name.split("/")[0] in PACKAGES
        if not name.startswith("runtime/demo/bureau/")
    }


def wording_of(folder: str) -> Wording:
    package, _, rest = folder.partition("/")
    return load_wording(files(package) / rest)


def used_keys() -> list[UsedKey]:
    found = [key for name, source in sources().items() for key in keys_in_python(name, source)]
    pages = {name: text for name, text in texts().items() if name.endswith(".html") and name.split("/")[0] in PACKAGES}
    return found + [key for name, source in pages.items() for key in keys_in_template(name, source)]


def keys_of_room(room: str) -> frozenset[str]:
    """Texts of a room; the composition root connects them all, so it may say any."""
    return frozenset().union(
        *(wording_of(folder).keys() for folder in SAID if folder.startswith(f"{room}/") or room == "runtime")
    )


def unsaid(used: Iterable[UsedKey], known: Collection[str]) -> list[str]:
    """Keys that are said somewhere and have no text."""
    return [f"{key.place}: {key.pattern}" for key in used if not any(re.fullmatch(key.pattern, name) for name in known)]


def test_every_folder_of_texts_can_be_overridden_by_a_bureau() -> None:
    assert folders_with_texts() - NO_REPLIES == LISTED


@pytest.mark.parametrize("folder", [*SAID, "knowledge/labels"])
def test_every_text_exists_in_every_language_with_equal_placeholders(folder: str) -> None:
    assert wording_of(folder).faults() == ()


@pytest.mark.parametrize("folder", SAID)
def test_no_text_is_empty(folder: str) -> None:
    for language, said in wording_of(folder).texts.items():
        assert [key for key, text in said.items() if not text.strip(" ") and "between" not in key] == [], language


@pytest.mark.parametrize("room", ROOMS)
def test_every_key_that_is_said_has_a_text(room: str) -> None:
    used = [key for key in used_keys() if key.room == room]
    assert used, "the search found nothing, so it proves nothing"
    assert unsaid(used, keys_of_room(room)) == []


def test_no_room_says_texts_without_having_any() -> None:
    assert {key.room for key in used_keys()} <= set(ROOMS)


@pytest.mark.parametrize(
    ("source", "patterns"),
    [
        pytest.param('w.say("a.b", language)', [r"a\.b"], id="a plain key"),
        pytest.param('ReplyDraft(f"{x}.ask")', [r"[A-Za-z0-9_.-]+\.ask"], id="a key made while running"),
        pytest.param('Keyed("a" if x else "b")', ["a", "b"], id="one of two"),
        pytest.param("w.say(key, language)", [], id="a key from elsewhere"),
    ],
)
def test_keys_are_found_in_python(source: str, patterns: list[str]) -> None:
    assert [key.pattern for key in keys_in_python("bot/a.py", source)] == patterns


def test_keys_are_found_in_templates() -> None:
    source = "{{ say('a') }}{% if x %}{{ say('b.' ~ x ~ '.c') }}{% endif %}{{ say('d' if x else 'e') }}"
    found = sorted(key.pattern for key in keys_in_template("admin_api/a.html", source))
    assert found == ["a", r"b\.[A-Za-z0-9_.-]+\.c", "d", "e"]


def test_the_guard_sees_a_key_without_a_text() -> None:
    planted = [*keys_in_python("bot/a.py", 'w.say("planted")'), *keys_in_python("bot/b.py", 'w.say("known")')]
    assert unsaid(planted, {"known"}) == ["bot/a.py:1: planted"]


def test_the_guard_sees_a_missing_language_and_unequal_placeholders() -> None:
    assert Wording({"zh": {"a": "甲"}, "en": {}}).faults() != ()
    assert Wording({"zh": {"a": "{x}"}, "en": {"a": "{y}"}}).faults() != ()
