"""What came in, what is to go out, which message shows what, and where conversations stand."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint, text

from bot.domain.messages import OutboxState
from storage.tables.base import Coded, Json, Moment, Words, metadata, required, row_id

inbox = Table(
    "inbox",
    metadata,
    row_id(),
    required("bot", BigInteger),
    required("update_id", BigInteger),
    required("chat", BigInteger, server_default=text("0")),  # whose order is kept; 0 where there is none
    required("raw"),  # the update's JSON, as text: read once, never queried
    required("received_at", Moment),
    Column("done_at", Moment),
    Column("error", Words),  # set aside because of this
    UniqueConstraint("bot", "update_id"),
)
_WAITING = text("done_at IS NULL")
_ASIDE = text("error IS NOT NULL")
_HANDLED = text("done_at IS NOT NULL")
Index("ix_inbox_pending", inbox.c.bot, inbox.c.update_id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_inbox_aside", inbox.c.id, sqlite_where=_ASIDE, postgresql_where=_ASIDE)
Index("ix_inbox_handled", inbox.c.done_at, sqlite_where=_HANDLED, postgresql_where=_HANDLED)

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    required("chat", BigInteger),
    required("kind"),
    required("facts", Json),
    required("priority", Integer),
    Column("topic", BigInteger),
    Column("card", Words),
    required("fresh", Boolean),
    Column("key", Words, unique=True),
    Column("not_before", Moment),
    Column("reply_to", BigInteger),
    required("state", Coded(OutboxState)),
    required("attempts", Integer),
    required("created_at", Moment),
    Column("changed_at", Moment),  # when it was last marked or settled
    Column("message", BigInteger),  # what it became
    required("error"),
)
_PENDING = text("state = 'pending'")
_PUT_OFF = text("state = 'pending' AND not_before IS NOT NULL")
_CARD = text("state = 'pending' AND card IS NOT NULL")
_SENDING = text("state = 'sending'")
_TROUBLED = text("state IN ('unknown', 'dead')")
Index("ix_outbox_pending", outbox.c.priority, outbox.c.id, sqlite_where=_PENDING, postgresql_where=_PENDING)
Index("ix_outbox_put_off", outbox.c.not_before, sqlite_where=_PUT_OFF, postgresql_where=_PUT_OFF)
Index("ix_outbox_card", outbox.c.card, outbox.c.chat, sqlite_where=_CARD, postgresql_where=_CARD)
Index("ix_outbox_sending", outbox.c.id, sqlite_where=_SENDING, postgresql_where=_SENDING)
Index("ix_outbox_troubled", outbox.c.id, sqlite_where=_TROUBLED, postgresql_where=_TROUBLED)

cards = Table(
    "cards",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),
    Column("card", Words, primary_key=True, index=True),
    required("message", BigInteger),
    UniqueConstraint("chat", "message"),
)

dialogs = Table(
    "dialogs", metadata, Column("key", Words, primary_key=True), Column("state", Words), required("data", Json)
)
