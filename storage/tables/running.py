"""Which process does what only one may do."""

from sqlalchemy import BigInteger, Column, Table

from storage.tables.base import Moment, Words, metadata, required

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    required("holder"),
    required("epoch", BigInteger),  # grows with each change of holder
    required("expires_at", Moment),  # by the database's clock
)
