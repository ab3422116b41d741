"""What is not published, or not of our own accord, is never shown, found or counted on any public surface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from fastapi import FastAPI

from runtime.house import House, build_house
from runtime.settings import Environment, Settings
from tests.architecture.hidden_entries import EDIT_OF, PLANTS, PUBLISHED, SECRET, Plant, plant
from tests.architecture.public_walk import Walk

Answers = Mapping[str, str]


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House, House]]:
    """A house with nothing hidden, one with every plant, and one in which a plant is public."""
    built = tuple(
        build_house(
            Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path_factory.mktemp("house")), works=False
        )
        for _ in range(3)
    )
    plain, full, control = built
    model = plain.bundle.library.get(EDIT_OF)
    plant(full.store, model, PLANTS)
    plant(control.store, model, (Plant("planted-draft", PUBLISHED),))
    full.knowledge.refresh()
    control.knowledge.refresh()
    yield plain, full, control
    for house in built:
        house.close()


@pytest.fixture(scope="module")
def answers(houses: tuple[House, House, House]) -> tuple[Answers, Answers, Answers]:
    plain, full, control = (Walk.through(house).answers() for house in houses)
    return plain, full, control


def test_every_public_route_is_walked_or_named(houses: tuple[House, House, House]) -> None:
    assert Walk.through(houses[0]).unnamed() == set()


def test_no_public_answer_says_the_secret(answers: tuple[Answers, Answers, Answers]) -> None:
    assert [place for place, said in answers[1].items() if SECRET in said] == []


def test_every_public_answer_is_the_same_as_if_nothing_were_hidden(answers: tuple[Answers, Answers, Answers]) -> None:
    plain, full, _ = answers
    gone = {one.slug for one in PLANTS if one.was_public}
    differ = {place for place in full if full[place] != plain.get(place)}
    assert {place for place in differ if not place.startswith(tuple(f"/procedures/{slug}" for slug in gone))} == set()
    assert set(plain) == set(full)


def test_of_what_was_public_it_is_told_that_it_is_gone(answers: tuple[Answers, Answers, Answers]) -> None:
    for language in ("zh", "en"):
        assert answers[1][f"/procedures/planted-withdrawn [{language}]"].startswith("410 ")
        assert answers[1][f"/procedures/planted-draft [{language}]"].startswith("404 ")


def test_the_walk_sees_on_every_surface_what_is_public(answers: tuple[Answers, Answers, Answers]) -> None:
    plain, _, control = answers
    told = {place for place, said in control.items() if SECRET in said}
    surfaces = ("/ [", "/search?q", "/procedures/planted-draft [", "/units/", "/api/v1/procedures", "chat: ")
    for surface in (*surfaces, "chat page: ", "email to ", "telegram to "):
        assert any(place.startswith(surface) for place in told), surface
    assert control["metrics"] != plain["metrics"]


def test_a_public_route_that_cannot_walk_itself_must_be_named(houses: tuple[House, House, House]) -> None:
    app = FastAPI(openapi_url=None)
    app.add_api_route("/feed", lambda: None, methods=["GET"])
    app.add_api_route("/items/{number}", lambda: None, methods=["GET"])
    app.add_api_route("/suggest", lambda: None, methods=["POST"])
    assert Walk(houses[0], app).unnamed() == {"GET /items/{number}", "POST /suggest"}
