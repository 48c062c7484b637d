"""Column types as the migrations write them: frozen here, whatever becomes of the tables' own."""

from typing import Any

import sqlalchemy as sa

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")  # microseconds since 1970 on SQLite
CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")  # compares by code point


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
