"""Every store: chats that block us, come back, and move."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.draft import Album
from bot.domain.ids import ChatId, MessageId
from bot.domain.messages import OutboxState
from bot.domain.organisation import CITY
from bot.ports import Subscription, UnitOfWork
from tests.builders import City, a_draft, a_message, a_photo
from tests.fakes import NOW

OLD, NEW = ChatId(-4001), ChatId(-1_004_001_000_000)


def a_subscription(city: City, chat: ChatId, topic: int | None = None) -> Subscription:
    """The city's digest."""
    return Subscription(chat, topic, CITY, 4, 16, 0, NOW, city.clerk.id)


async def test_who_blocks_us_is_unreachable_until_they_write(uow: UnitOfWork, city: City) -> None:
    """The person of a private chat, and nobody else."""
    chat = ChatId(city.a04.user_id or 0)
    await uow.chats.gone(chat, "bot was blocked by the user")
    assert not (await uow.people.get(city.a04.id)).reachable
    assert (await uow.people.get(city.a14.id)).reachable
    await uow.chats.back(chat)
    assert (await uow.people.get(city.a04.id)).reachable


async def test_a_group_may_go_and_come_back(uow: UnitOfWork, city: City) -> None:
    """Known or not, it is no error, and touches no person."""
    await uow.chats.gone(OLD, "bot was kicked")
    await uow.chats.back(OLD)
    for title in ("重点项目群", "重点项目群（新）"):
        await uow.chats.seen(OLD, "group", title)
    await uow.chats.gone(OLD, "bot was kicked")
    await uow.chats.gone(OLD, "bot was kicked")
    await uow.chats.seen(OLD, "group", "重点项目群")
    assert all([(await uow.people.get(person.id)).reachable for person in city.everybody()])


async def test_a_group_that_moves_takes_everything_along(uow: UnitOfWork, city: City) -> None:
    """Subscription, cards, what waits to be told, albums and drafts are the new chat's. Messages stay behind: a card is shown
    anew when it next changes, and nothing is a reply to what is not there."""
    draft = await uow.drafts.add(a_draft(city.reporter.id, OLD))
    await uow.chats.seen(OLD, "group", "重点项目群")
    await uow.subscriptions.put(a_subscription(city, OLD))
    await uow.cards.put(OLD, "issue:7", MessageId(11))
    await uow.outbox.queue(a_message(chat=OLD, key="k", reply_to=11), NOW)
    await uow.drafts.join_album(Album(OLD, "album-1", draft=draft.id))

    await uow.chats.migrate(OLD, NEW)

    assert await uow.subscriptions.all() == [a_subscription(city, NEW)]
    assert await uow.cards.chats_with("issue:7") == [NEW]
    assert await uow.cards.message_of(NEW, "issue:7") is None
    assert await uow.cards.card_at(NEW, MessageId(11)) is None
    assert [(row.message.chat, row.message.reply_to) for row in await uow.outbox.due(NOW, 10)] == [(NEW, None)]
    assert await uow.drafts.album(NEW, "album-1") == Album(NEW, "album-1", draft=draft.id)
    assert await uow.drafts.album(OLD, "album-1") is None


async def test_a_card_that_was_on_its_way_when_its_group_moved(uow: UnitOfWork) -> None:
    """It arrived in the old chat, and was left behind there like the others; the new chat's own message stays."""
    for card in ("issue:7", "issue:8"):
        await uow.outbox.queue(a_message(chat=OLD, card=card), NOW)
    sent = [(row.id, OLD, MessageId(11 + n)) for n, row in enumerate(await uow.outbox.due(NOW, 10))]
    await uow.chats.migrate(OLD, NEW)
    await uow.cards.put(NEW, "issue:8", MessageId(12))
    await uow.cards.arrived(sent)
    assert await uow.cards.chats_with("issue:7") == [NEW]
    assert await uow.cards.message_of(NEW, "issue:7") is None
    assert await uow.cards.message_of(NEW, "issue:8") == 12


async def test_conversations_go_on_in_the_new_group(uow: UnitOfWork, city: City) -> None:
    """Dialogs, drafts and the messages they came from, and files."""
    draft = await uow.drafts.add(a_draft(city.reporter.id, OLD))
    draft = await uow.drafts.put_piece(draft.id, MessageId(5), "塔吊没电")
    await uow.evidence.add(a_photo(), city.reporter.id, OLD, MessageId(6), NOW, draft=draft.id)
    for key in (f"{OLD}:4001", f"{OLD}1:4001", "4001:4001"):
        await uow.dialogs.put(key, "closing:proof", {"key": key})
    await uow.chats.migrate(OLD, NEW)
    moved = replace(draft, chat=NEW)
    assert await uow.drafts.open_of(city.reporter.id, NEW) == moved
    assert await uow.drafts.of_message(NEW, MessageId(5)) is None, "another message has this number now"
    assert await uow.drafts.of_message(NEW, MessageId(6)) is None
    assert (await uow.drafts.put_piece(draft.id, MessageId(2), "今天")).text == "塔吊没电\n今天"
    assert [media.chat for media in await uow.evidence.of_draft(draft.id)] == [NEW]
    assert await uow.dialogs.get(f"{NEW}:4001") == ("closing:proof", {"key": f"{OLD}:4001"})
    assert await uow.dialogs.get(f"{OLD}:4001") == (None, {})
    assert (await uow.dialogs.get(f"{OLD}1:4001"))[0] == "closing:proof"


async def test_what_is_being_sent_moves_too(uow: UnitOfWork) -> None:
    """A row that comes back from a failed send goes to the new chat."""
    await uow.outbox.queue(a_message(chat=OLD), NOW)
    (row,) = await uow.outbox.due(NOW, 10)
    await uow.outbox.mark_sending([row.id], NOW)
    await uow.chats.migrate(OLD, NEW)
    await uow.outbox.settle(row.id, OutboxState.PENDING, NOW, not_before=NOW)
    (row,) = await uow.outbox.due(NOW, 10)
    assert row.message.chat == NEW


async def test_moving_twice_is_moving_once(uow: UnitOfWork, city: City) -> None:
    """Telegram tells of it in several ways; the second telling changes nothing."""
    await uow.subscriptions.put(a_subscription(city, OLD))
    for _ in range(2):
        await uow.chats.migrate(OLD, NEW)
    assert await uow.subscriptions.all() == [a_subscription(city, NEW)]


async def test_moving_into_a_chat_we_know(uow: UnitOfWork, city: City) -> None:
    """What the new chat already has is no clash: one subscription, card, album and open draft each remain, the new chat's own."""
    for chat, message in ((OLD, 11), (NEW, 3)):
        await uow.chats.seen(chat, "group", "重点项目群")
        await uow.subscriptions.put(a_subscription(city, chat))
        await uow.cards.put(chat, "issue:7", MessageId(message))
        draft = await uow.drafts.add(a_draft(city.reporter.id, chat, created_at=NOW + timedelta(minutes=message)))
        await uow.drafts.join_album(Album(chat, "album-1", draft=draft.id))
    await uow.cards.put(OLD, "issue:8", MessageId(3))
    own = await uow.drafts.open_of(city.reporter.id, NEW)
    await uow.chats.migrate(OLD, NEW)
    assert await uow.subscriptions.all() == [a_subscription(city, NEW)]
    assert await uow.cards.message_of(NEW, "issue:7") == 3
    assert await uow.cards.chats_with("issue:7") == [NEW] == await uow.cards.chats_with("issue:8")
    assert await uow.drafts.open_of(city.reporter.id, NEW) == own
    assert await uow.drafts.open_of(city.reporter.id, OLD) is None
    assert own is not None
    assert await uow.drafts.album(NEW, "album-1") == Album(NEW, "album-1", draft=own.id)


async def test_other_chats_stay_where_they_are(uow: UnitOfWork, city: City) -> None:
    """A move concerns one group."""
    await uow.subscriptions.put(a_subscription(city, ChatId(-5), topic=3))
    await uow.cards.put(ChatId(-5), "issue:7", MessageId(1))
    await uow.outbox.queue(a_message(chat=-5), NOW)
    await uow.chats.migrate(OLD, NEW)
    assert await uow.subscriptions.all() == [a_subscription(city, ChatId(-5), topic=3)]
    assert await uow.cards.chats_with("issue:7") == [ChatId(-5)]
    assert [row.message.chat for row in await uow.outbox.due(NOW, 10)] == [ChatId(-5)]


async def test_a_card_left_behind_is_shown_anew_in_the_new_chat(uow: UnitOfWork) -> None:
    """Its next message is the new chat's own, whatever number it has."""
    await uow.cards.put(OLD, "issue:7", MessageId(11))
    await uow.cards.put(OLD, "draft:3", MessageId(12))
    await uow.chats.migrate(OLD, NEW)
    await uow.cards.put(NEW, "issue:7", MessageId(12))
    await uow.cards.rename(NEW, "draft:3", "issue:8")
    assert await uow.cards.message_of(NEW, "issue:7") == 12
    assert await uow.cards.message_of(NEW, "issue:8") is None
    assert await uow.cards.chats_with("issue:8") == [NEW]
