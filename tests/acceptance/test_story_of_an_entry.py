"""The story of an entry: drafted by one, reviewed by another, published, answered from, edited, compared, withdrawn."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.running.citizens import ChatCitizen, Json
from tests.running.console import browser_page, sign_in
from tests.running.front_desk import RunningDesk
from tests.running.product import WEB, wait_until
from tests.running.publishing import add_reviewer, call, done, draft_edit, latest_of, publish, step

SLUG = "passport-first"
QUESTION = "办护照要多少钱"
OLD_FEE, NEW_FEE = "每本120元", "每本168元"


def answer_of(desk: RunningDesk) -> tuple[str, str | None]:
    """What a citizen is told now, and the version that the answer names."""
    reply = ChatCitizen.begin(desk.product).say(QUESTION)[0]
    return str(reply["text"]), cited(reply)


def cited(message: Json) -> str | None:
    """The version of the entry that a message names as its source."""
    versions = [source["version"] for source in message["sources"] if source["procedure"] == SLUG]
    return versions[0] if versions else None


def see_that_the_own_draft_waits(desk: RunningDesk, number: int) -> None:
    """At the console, whoever drafted sees the change, and why somebody else must review it."""
    with browser_page() as page:
        sign_in(page, desk)
        page.goto(desk.product.url(f"/staff/entries/{SLUG}/{number}"))
        page.get_by_text("起草或修改过这一稿的人不能自己审核").first.wait_for()
        assert page.locator(f"form[action$='/{number}/review']").count() == 0
        added = page.locator("section[aria-labelledby=changes-heading] ins")
        assert "168" in " ".join(added.all_inner_texts())


def see_the_comparison(desk: RunningDesk, *, old: int, new: int) -> None:
    """At the console, in English, what differs between two revisions."""
    with browser_page(language="en") as page:
        sign_in(page, desk)
        page.goto(desk.product.url(f"/staff/entries/{SLUG}/compare?old={old}&new={new}&lang=en"))
        page.get_by_role("heading", name="Compare").wait_for()
        page.locator("ins").first.wait_for()
        assert "168" in " ".join(page.locator("ins").all_inner_texts())
        assert "120" in " ".join(page.locator("del").all_inner_texts())


def test_an_entry_from_its_draft_to_its_withdrawal(desk: RunningDesk) -> None:
    product = desk.product
    add_reviewer(product)
    early = ChatCitizen.begin(product)
    early.say(QUESTION)
    text, old_version = answer_of(desk)
    assert OLD_FEE in text
    assert old_version

    # One colleague drafts; nobody outside hears of it.
    fee = {"zh": f"工本费{NEW_FEE}。", "en": "168 yuan per passport.", "yuan": [168]}
    summary = {"zh": f"本人到窗口申请，{NEW_FEE}。", "en": "Apply in person, 168 yuan per passport."}
    draft = draft_edit(product, SLUG, fee=fee, summary=summary)
    assert (draft["stage"], draft["version"] != old_version) == ("draft", True)
    path = f"/entries/{SLUG}/revisions/{draft['number']}"

    # Whoever drafted may not review, neither by program nor at the console, where the change is seen.
    refused = call(product, "POST", f"{path}/review", {})
    assert (refused.status_code, "may not review it" in refused.json()["detail"]) == (422, True)
    see_that_the_own_draft_waits(desk, draft["number"])
    unreviewed = call(product, "POST", f"{path}/publish", {"review_due_on": "2099-01-01"})
    assert unreviewed.status_code == 422
    assert answer_of(desk)[1] == old_version

    # Another reviews and publishes; within moments it is what citizens are told, under its own version.
    published = publish(product, draft)
    wait_until(lambda: answer_of(desk)[1] == published["version"], "the edit", seconds=15)
    text, new_version = answer_of(desk)
    assert NEW_FEE in text
    assert OLD_FEE not in text

    # What an old answer cited can still be read, as what it was.
    past = WEB.get(product.url(f"/procedures/{SLUG}"), params={"version": old_version, "lang": "zh"})
    assert (past.status_code, OLD_FEE in past.text, "现已不再有效" in past.text) == (200, True, True)

    # Any two revisions are compared.
    numbers = {"old": published["number"] - 1, "new": published["number"]}
    found = done(call(product, "GET", f"/entries/{SLUG}/compare?old={numbers['old']}&new={numbers['new']}"))
    changed = {"version", "summary.zh", "summary.en", "fee.zh", "fee.en", "fee.yuan"}
    assert {change["field"] for change in found["changes"]} == changed
    see_the_comparison(desk, **numbers)

    # Withdrawn, it is neither answered nor found, and its page says that it is gone.
    step(product, latest_of(product, SLUG), "withdraw", {"reason": "示例：已废止"})
    wait_until(lambda: WEB.get(product.url(f"/procedures/{SLUG}")).status_code == 410, "the withdrawal", seconds=15)
    assert answer_of(desk)[1] is None
    assert f"/procedures/{SLUG}" not in WEB.get(product.url("/search"), params={"q": QUESTION}).text
    page_of_old = WEB.get(product.url(f"/procedures/{SLUG}"), params={"version": old_version})
    assert (page_of_old.status_code, OLD_FEE in page_of_old.text) == (410, False)

    # What was answered stays as it was, and still names the text that was in force.
    (answered,) = [message for message in early.history() if message["author"] == "desk"]
    assert (cited(answered), OLD_FEE in answered["text"]) == (old_version, True)

    # For staff everything that was ever answered is kept, and who did what.
    history = done(call(product, "GET", f"/entries/{SLUG}"))["items"]
    assert [one["stage"] for one in history] == ["withdrawn", "superseded"]
    steps = done(call(product, "GET", path))["steps"]
    assert [(one["what"], one["by"]) for one in steps] == [
        ("review", "shen"),
        ("publish", "shen"),
        ("withdraw", "shen"),
    ]
    was = done(call(product, "GET", f"/entries/{SLUG}/revisions/{numbers['old']}"))
    assert was["entry"]["fee"]["zh"].startswith(OLD_FEE)
    assert (new_version, date.fromisoformat(steps[0]["at"][:10])) == (published["version"], datetime.now(UTC).date())
