from __future__ import annotations

from importlib.resources import files

from casework.party import LANGUAGES
from casework.reply_kinds import GROUPS, TRIAL_ROWS, ApplicantKind, ReplyGroup, ReplyKind
from casework.wording import load_wording

WORDS = load_wording(files("casework") / "words")


def test_the_form_of_2021_has_2_8_3_5_and_3_leaves() -> None:
    assert [len(GROUPS[group]) for group in ReplyGroup] == [1, 1, 8, 3, 5, 3]
    assert [kind for group in ReplyGroup for kind in GROUPS[group]] == list(ReplyKind)


def test_the_trial_form_has_nineteen_leaves_of_which_the_last_is_all_other_handling() -> None:
    assert [kind for row in TRIAL_ROWS for kind in row] == list(ReplyKind)
    assert len(TRIAL_ROWS) == 19
    assert TRIAL_ROWS[-1] == (ReplyKind.NOT_SUPPLEMENTED, ReplyKind.FEE_NOT_PAID, ReplyKind.OTHER)


def test_every_kind_of_reply_and_of_applicant_has_a_name_in_both_languages() -> None:
    for language in LANGUAGES:
        names = {WORDS.say(f"reply_kind.{kind.value}", language) for kind in ReplyKind}
        assert len(names) == len(ReplyKind)
        assert len({WORDS.say(f"reply_group.{group.value}", language) for group in ReplyGroup}) == len(ReplyGroup)
        assert len({WORDS.say(f"applicant_kind.{kind.value}", language) for kind in ApplicantKind}) == 6


def test_a_reply_names_the_articles_it_rests_on() -> None:
    assert ReplyKind.REPEATED.articles == ("36(6)",)
    assert ReplyKind.THIRD_PARTY.articles == ("15", "32")
    assert ReplyKind.OTHER.articles == ()
