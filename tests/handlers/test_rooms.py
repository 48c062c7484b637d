"""The rooms as the root puts them together."""

from aiogram import Router

from handlers import ROOMS, build_router
from handlers.unknown import build_rest


def parts() -> list[Router]:
    """Every router of every room, in the order in which they may claim an update."""
    return [part for room in (*(room.build() for room in ROOMS), build_rest()) for part in room.chain_tail]


def test_no_room_has_rules_of_its_own() -> None:
    """Its handlers move to the root: a filter or a middleware of the room would stay behind, unasked."""
    for part in parts():
        for name, observer in part.observers.items():
            rules = [*observer.middleware, *observer.outer_middleware, *(observer._handler.filters or ())]
            assert not rules, f"{part.name}: {name}"


def test_the_root_asks_every_handler_in_the_order_of_the_rooms() -> None:
    """None is left out, and nobody claims what belongs to a room before."""
    for name, observer in build_router().observers.items():
        asked = [handler.callback for handler in observer.handlers]
        assert asked == [handler.callback for part in parts() for handler in part.observers[name].handlers]
    assert not build_router().sub_routers
