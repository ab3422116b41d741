"""What a bundle's files become, and what is said about the broken ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeNotFound, KnowledgeUnavailable
from knowledge.library import Library, load_library
from knowledge.procedure import FacetName, TimeUnit
from knowledge.publication import DisclosureClass

TODAY = date(2026, 11, 23)
UNITS = {"exit-entry", "household", "vehicles", "publicity"}

Edit = Callable[[str], str]


def test_every_entry_of_the_folder_is_loaded_in_order(library: Library) -> None:
    assert [entry.slug for entry in library] == [
        "complaint",
        "dog-licence",
        "driving-licence-lost",
        "id-card-lost",
        "id-card-renew",
        "passport",
        "residence-permit",
    ]
    assert len(library) == 7
    assert "passport" in library


def test_an_entry_keeps_what_its_file_says(library: Library) -> None:
    passport = library.get("passport")
    assert passport.title.in_("en") == "Apply for a passport"
    assert passport.facets[FacetName.PAPERS].lines("zh") == ("身份证", "照片一张")
    assert passport.facets[FacetName.FEE].yuan == (100,)
    limit = passport.facets[FacetName.TIME_LIMIT].limits[0]
    assert (limit.number, limit.unit, limit.purpose and limit.purpose.en) == (10, TimeUnit.WORKING_DAY, "issue")
    assert passport.checked_on == date(2026, 10, 15)
    assert FacetName.VALIDITY not in library.get("complaint").facets


def test_a_markdown_entry_has_its_facts_above_and_its_notes_below(library: Library) -> None:
    dog = library.get("dog-licence")
    assert dog.notes is not None
    assert (dog.notes.zh, dog.notes.en) == ("遛狗请牵绳。", "Keep your dog on a lead.")
    assert dog.facets[FacetName.FEE].bureau_must_fill


def test_an_unknown_slug_is_not_found(library: Library) -> None:
    with pytest.raises(KnowledgeNotFound, match="no entry is called 'unicorn'"):
        library.get("unicorn")


def test_entries_are_found_by_the_unit_that_is_responsible(library: Library) -> None:
    assert [entry.slug for entry in library.by_unit("household")] == [
        "id-card-lost",
        "id-card-renew",
        "residence-permit",
    ]
    assert library.by_unit("nobody") == ()


def test_the_digest_changes_with_the_files_and_only_with_them(folder: Path) -> None:
    before = load_library(folder)[0].digest
    assert load_library(folder)[0].digest == before
    edit(folder / "passport.toml", lambda text: text.replace("每本100元。", "每本100元整。"))
    assert load_library(folder)[0].digest != before


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeUnavailable, match="cannot be read"):
        load_library(tmp_path / "nowhere")


def test_a_faultless_folder_has_no_faults_whatever_is_checked(folder: Path) -> None:
    assert load_library(folder, units=UNITS, today=TODAY)[1] == ()


def replacing(old: str, new: str) -> Edit:
    """An edit that fails the test when there is nothing to replace."""

    def apply(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return apply


def without_line(words: str) -> Edit:
    """An edit that takes out the line with `words`."""
    return lambda text: "\n".join(line for line in text.split("\n") if words not in line)


def edit(file: Path, how: Edit) -> None:
    """Change a file in place."""
    file.write_text(how(file.read_text(encoding="utf-8")), encoding="utf-8")


FAULTS: dict[str, tuple[Edit, str, str]] = {
    "a slip of TOML": (
        replacing('version = "2026-10-01"', "version = 2026-10-01-a"),
        "version",
        "not readable as TOML",
    ),
    "a text that never ends": (
        replacing('article = "第三条、第十二条第二款"', 'article = "第三条'),
        "article",
        "not readable as TOML",
    ),
    "no slug": (without_line("slug ="), "", "slug is missing"),
    "a slug that is not the file's name": (
        replacing('slug = "passport"', 'slug = "pass"'),
        "slug",
        "differs from the file's name",
    ),
    "no version": (without_line("version ="), "", "version is missing"),
    "an empty unit": (replacing('unit = "exit-entry"', 'unit = " "'), "unit", "unit must be a text that is not empty"),
    "a unit that nobody knows": (
        replacing('unit = "exit-entry"', 'unit = "moon"'),
        "unit",
        "unit 'moon' is not in units.toml",
    ),
    "a date in quotes": (replacing("2026-10-15", '"2026-10-15"'), "checked_on", "checked_on must be a date"),
    "a date in the future": (replacing("2026-10-15", "2026-12-24"), "checked_on", "lies in the future"),
    "a title in one language": (replacing(', en = "Apply for a passport"', ""), "title", "title.en is missing"),
    "no summary": (without_line("summary ="), "", "summary is missing"),
    "a third language": (
        replacing('zh = "出入境大厅。"', 'zh = "出入境大厅。"\nfr = "Guichet"'),
        "fr =",
        "where.fr is not known here",
    ),
    "a facet in one language": (without_line("The exit-entry hall."), "[where]", "where.en is missing"),
    "no such facet": (replacing("[validity]", "[colour]"), "[colour]", "colour is neither a key nor a facet"),
    "a facet left out": (replacing("[who]", "[[extra]]"), "", "[who] is missing"),
    "an empty item in a list": (replacing('  "照片一张",', '  "",'), "zh = [", "papers.zh must be a list of texts"),
    "a list in one language": (
        replacing('en = [\n  "ID card",\n  "One photo",\n]', ""),
        "[papers]",
        "papers.en is missing",
    ),
    "an amount that the text does not name": (
        replacing("yuan = [100]", "yuan = [100, 140]"),
        "yuan",
        "140 yuan is not named in the zh text",
    ),
    "an amount that one text does not name": (
        replacing("100 yuan per", "A fee per"),
        "yuan",
        "100 yuan is not named in the en text",
    ),
    "an amount in words": (replacing("yuan = [100]", 'yuan = ["100"]'), "yuan", "yuan must be a list of amounts"),
    "an unknown unit of time": (
        replacing('unit = "working_day"', 'unit = "fortnight"'),
        "fortnight",
        "'fortnight' is not a unit of time",
    ),
    "a limit of no length": (replacing("number = 10", "number = 0"), "limits", "has no length"),
    "a limit without a number": (replacing("number = 10, ", ""), "limits", "number must be a whole number"),
    "an unknown key in a limit": (
        replacing("number = 10", "number = 10, about = 3"),
        "limits",
        "about is not known in a limit",
    ),
    "a marker that is not true or false": (
        replacing('zh = "出入境大厅。"', 'bureau_must_fill = "yes"\nzh = "出入境大厅。"'),
        "bureau_must_fill",
        "must be true or false",
    ),
    "no basis": (
        lambda text: text[: text.index("[[basis]]")] + text[text.index("[phrasings]") :],
        "",
        "at least one [[basis]]",
    ),
    "a basis without a date": (without_line("on = 2020-05-01"), "[[basis]]", "basis[1].on must be a date"),
    "too few Chinese phrasings": (without_line("第一次办护照"), "zh = [", "phrasings.zh has 7, needs at least 8"),
    "too few English phrasings": (
        without_line("How much is a passport?"),
        "en = [",
        "phrasings.en has 4, needs at least 5",
    ),
    "no phrasings": (lambda text: text[: text.index("[phrasings]")], "", "[phrasings] is missing"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_file_and_line_and_the_others_load(folder: Path, name: str) -> None:
    how, marker, message = FAULTS[name]
    edit(folder / "passport.toml", how)
    library, faults = load_library(folder, units=UNITS, today=TODAY)
    told = [fault for fault in faults if message in fault.message]
    assert told, [str(fault) for fault in faults]
    assert {fault.file for fault in faults} == {"passport.toml"}
    line = (folder / "passport.toml").read_text(encoding="utf-8").split("\n")[told[0].line - 1]
    assert marker in line if marker else told[0].line == 1
    assert "passport" not in library
    assert len(library) == 6


def test_every_fault_of_a_file_is_told_not_only_the_first(folder: Path) -> None:
    edit(folder / "passport.toml", replacing("yuan = [100]", "yuan = [7]"))
    edit(folder / "passport.toml", without_line("version ="))
    edit(folder / "dog-licence.md", replacing("checked_on = 2026-10-15", "checked_on = 0"))
    _, faults = load_library(folder)
    assert [(fault.file, fault.message.split(" ")[0]) for fault in faults] == [
        ("dog-licence.md", "checked_on"),
        ("passport.toml", "version"),
        ("passport.toml", "7"),
        ("passport.toml", "7"),
    ]


def test_a_fault_prints_as_editors_read_it(folder: Path) -> None:
    edit(folder / "dog-licence.md", replacing("checked_on = 2026-10-15", "checked_on = 0"))
    _, faults = load_library(folder)
    assert str(faults[0]).startswith("dog-licence.md:5: checked_on must be a date")


def test_a_slug_that_two_files_claim_stays_with_the_first(folder: Path) -> None:
    copy = "+++\n" + (folder / "passport.toml").read_text(encoding="utf-8") + "\n+++\n"
    (folder / "passport.md").write_text(copy, encoding="utf-8")
    library, faults = load_library(folder)
    assert [(fault.file, fault.line) for fault in faults] == [("passport.toml", 1)]
    assert "taken by another file" in faults[0].message
    assert len(library) == 7


def test_a_phrasing_that_two_entries_claim_stays_with_the_first(folder: Path) -> None:
    edit(folder / "passport.toml", replacing('  "怎么办护照",', '  "狗证怎么办",'))
    library, faults = load_library(folder)
    line = (folder / "passport.toml").read_text(encoding="utf-8").split("\n").index('  "狗证怎么办",') + 1
    assert [(fault.file, fault.line) for fault in faults] == [("passport.toml", line)]
    assert "claimed by 'dog-licence' too" in faults[0].message
    assert "狗证怎么办" not in library.get("passport").phrasings["zh"]
    assert "狗证怎么办" in library.get("dog-licence").phrasings["zh"]


def test_a_phrasing_given_twice_is_told_at_its_second_line(folder: Path) -> None:
    edit(folder / "passport.toml", replacing('  "第一次办护照",', '  "第一次办护照",\n  "第一次办护照",'))
    _, faults = load_library(folder)
    lines = (folder / "passport.toml").read_text(encoding="utf-8").split("\n")
    assert [fault.line for fault in faults] == [lines.index('  "第一次办护照",') + 2]
    assert "appears twice" in faults[0].message


def test_a_file_that_is_not_utf_8_is_told_with_its_line(folder: Path) -> None:
    (folder / "passport.toml").write_bytes(b'slug = "passport"\n' + 'version = "二"'.encode("gb18030"))
    library, faults = load_library(folder)
    assert [(fault.file, fault.line) for fault in faults] == [("passport.toml", 2)]
    assert len(library) == 6


def test_a_markdown_entry_without_its_fence_is_told(folder: Path) -> None:
    edit(folder / "dog-licence.md", replacing("+++\nslug", "slug"))
    _, faults = load_library(folder)
    assert [(fault.file, fault.line) for fault in faults] == [("dog-licence.md", 1)]


def test_notes_in_one_language_are_told_where_they_stand(folder: Path) -> None:
    edit(folder / "dog-licence.md", replacing("## en\n", ""))
    _, faults = load_library(folder)
    lines = (folder / "dog-licence.md").read_text(encoding="utf-8").split("\n")
    assert [fault.line for fault in faults] == [lines.index("+++", 1) + 1]
    assert "## zh and ## en" in faults[0].message


def test_other_files_in_the_folder_are_nobodys_business(folder: Path) -> None:
    (folder / "README.txt").write_text("about this folder", encoding="utf-8")
    assert load_library(folder)[1] == ()


def with_class(folder: Path, table: str) -> tuple[Library, list[str]]:
    path = min(folder.glob("*.toml"))
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{table}\n", encoding="utf-8")
    found, faults = load_library(folder)
    return found, [fault.message for fault in faults]


def test_an_entry_is_proactive_unless_it_says_otherwise_and_then_it_is_not_public(folder: Path) -> None:
    assert len(load_library(folder)[0].public()) == len(load_library(folder)[0])
    found, faults = with_class(folder, '[disclosure]\nclass = "not_disclosed"\nground = "第十四条"')
    assert faults == []
    hidden = [entry for entry in found if entry.disclosure is DisclosureClass.NOT_DISCLOSED]
    assert [entry.classification.ground for entry in hidden] == ["第十四条"]
    assert len(found.public()) == len(found) - 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[disclosure]\nclass = "secret"', "is not a class; classes are proactive, on_application, not_disclosed"),
        ('[disclosure]\nclass = "on_application"', "needs its legal ground"),
        ('[disclosure]\nclass = "on_application"\nground = { zh = "第十三条" }', "disclosure.ground.en is missing"),
        ('[disclosure]\nground = "第十三条"', "needs no ground"),
        ('[disclosure]\nclass = "proactive"\nwhy = "?"', "disclosure.why is not known here"),
        ('[notes]\nzh = "只有中文"', "notes.en is missing"),
    ],
)
def test_a_class_that_cannot_be_is_told(folder: Path, table: str, said: str) -> None:
    assert any(said in message for message in with_class(folder, table)[1])
