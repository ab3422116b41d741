from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute

from admin_api.visits import current_session
from runtime.application import build_app
from runtime.demo.mailbox_page import demo_mailbox_routes
from runtime.house import House, build_house
from runtime.settings import Environment, Settings
from tests.architecture.open_doors import open_doors, public_routes, routes_of
from tests.architecture.source_tree import sources

DEMO_ONLY = "/demo"
MOUNTS_THE_MAILBOX = "demo_mailbox_routes("


def open_house(folder: Path, environment: Environment) -> House:
    return build_house(Settings(environment=environment, data_dir=folder), works=False)


@pytest.fixture(scope="module", params=[Environment.DEMO, Environment.DEVELOPMENT])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    house = open_house(tmp_path_factory.mktemp("house"), request.param)
    built = build_app(house)
    built.state.is_demo = request.param is Environment.DEMO
    if built.state.is_demo:
        assert house.local_mailbox is not None
        built.include_router(demo_mailbox_routes(house.local_mailbox, house.bundle.bureau, lambda: 25))
    yield built
    house.close()


def test_every_route_is_behind_a_sign_in_or_on_the_list_of_public_ones(app: FastAPI) -> None:
    assert open_doors(app) - public_routes() == set()


def test_the_list_of_public_routes_names_no_route_that_is_gone(app: FastAPI) -> None:
    listed = {name for name in public_routes() if app.state.is_demo or not _path(name).startswith(DEMO_ONLY)}
    assert listed - open_doors(app) - {"POST /telegram/webhook"} == set()


def test_the_walk_found_the_routes_that_we_know(app: FastAPI) -> None:
    known = {"GET /", "GET /staff/queue", "GET /api/v1/cases", "POST /chat/conversations", "GET /livez"}
    assert known <= set(routes_of(app))
    gated = set(routes_of(app)) - open_doors(app)
    assert {"GET /staff/queue", "GET /api/v1/cases"} <= gated


def test_whoever_is_not_signed_in_gets_nothing(app: FastAPI) -> None:
    gated = sorted(set(routes_of(app)) - open_doors(app))
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)

    answers = {name: client.request(*_call(name)) for name in gated}

    for name, answer in answers.items():
        if _path(name).startswith("/api/"):
            assert answer.status_code == 401, name
        else:
            assert answer.status_code == 303, name
            assert answer.headers["location"].startswith("/staff/sign-in"), name


def test_the_mailbox_of_the_demo_is_shown_in_the_demo_alone(app: FastAPI) -> None:
    shown = {name for name in routes_of(app) if _path(name).startswith(DEMO_ONLY)}
    assert bool(shown) == app.state.is_demo
    assert [name for name, text in sources().items() if MOUNTS_THE_MAILBOX in text and "/demo/" not in name] == []


def test_the_guard_sees_an_open_door() -> None:
    app = FastAPI(openapi_url=None)
    app.add_api_route("/planted", lambda: None, methods=["GET"])
    app.add_api_route("/gated", lambda: None, methods=["GET"], dependencies=[Depends(current_session)])

    assert open_doors(app) == {"GET /planted"}


def test_the_guard_sees_a_gate_that_lies_deep() -> None:
    def inner(_session: object = Depends(current_session)) -> None: ...
    def outer(_inner: None = Depends(inner)) -> None: ...

    app = FastAPI(openapi_url=None)
    app.add_api_route("/deep", lambda: None, methods=["POST"], dependencies=[Depends(outer)])

    assert open_doors(app) == set()


def test_a_mounted_folder_counts_as_an_open_door() -> None:
    app = FastAPI(openapi_url=None)
    app.mount("/files", FastAPI(openapi_url=None))

    assert isinstance(app.routes[0], BaseRoute)
    assert open_doors(app) == {"ANY /files"}


def _path(name: str) -> str:
    return name.partition(" ")[2]


def _call(name: str) -> tuple[str, str]:
    method, _, path = name.partition(" ")
    return method, re.sub(r"\{[^}]+\}", "1", path)
