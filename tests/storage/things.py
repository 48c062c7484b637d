"""A table with a column of every type of ours."""

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, Table, bindparam

from bot.domain.messages import OutboxState
from storage.tables.base import Coded, Json, Moment, Words
from tests.fakes import NOW

things = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", Moment),
    Column("state", Coded(OutboxState)),
    Column("said", Words),
    Column("facts", Json),
    Column("count", BigInteger),
    Column("north", Float),
)
ROW = {
    "at": NOW,
    "state": OutboxState.SENT,
    "said": "塔吊\x00没有电",
    "facts": {"a": ["b", None]},
    "count": 1 << 40,
    "north": 24.48,
}
READ = (NOW, OutboxState.SENT, "塔吊没有电", {"a": ["b", None]}, 1 << 40, 24.48)
SOUGHT = things.c.id == bindparam("sought")
TIMES = (1, 2, 3)  # by SQLAlchemy, and then as it was prepared
