"""A group that becomes a supergroup, and the tables that name it."""

from storage.repositories.chats import MOVED
from storage.tables import chats, inbox
from storage.tables.base import metadata

_OTHERWISE = {chats, inbox}  # moved by a statement of its own; updates as they came, which are never rewritten


def test_every_table_that_names_a_chat_moves() -> None:
    """A new one has to be added to the move, or its rows would be lost with the old group."""
    naming = {table for table in metadata.sorted_tables if "chat" in table.c}
    assert naming - _OTHERWISE == set(MOVED)
