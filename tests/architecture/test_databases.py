from __future__ import annotations

from sqlalchemy import create_engine, text


def test_a_store_test_starts_with_an_empty_database(store_url: str) -> None:
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE planted (id integer)"))
    engine.dispose()


def test_the_next_one_does_not_see_what_the_last_one_left(store_url: str) -> None:
    engine = create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE planted (id integer)"))
    engine.dispose()
