"""Every store: raw updates, each once, in order, and what could not be handled."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.domain.ids import ChatId
from bot.ports import Store, UnitOfWork
from tests.fakes import NOW

BOT, OTHER = 4200, 4300
DAY = timedelta(days=1)


def an_update(number: int, text: str = "hi") -> dict[str, Any]:
    """As Telegram delivers it."""
    message = {"message_id": number, "chat": {"id": -1_001_234_567_890, "type": "supergroup"}, "text": text}
    return {"update_id": number, "message": message | {"entities": [{"type": "bold", "offset": 0, "length": 1}]}}


async def waiting(uow: UnitOfWork, bot: int = BOT) -> list[int]:
    """The update ids that wait."""
    return [row.update_id for row in await uow.inbox.pending(bot, 100)]


async def test_an_update_is_kept_as_it_came(uow: UnitOfWork) -> None:
    """Word for word."""
    assert await uow.inbox.add(BOT, [an_update(1, "塔吊没电 🚧")], NOW) == 1
    (row,) = await uow.inbox.pending(BOT, 10)
    assert (row.update_id, row.update) == (1, an_update(1, "塔吊没电 🚧"))


async def test_updates_wait_in_their_order(uow: UnitOfWork) -> None:
    """By update_id, however they came; no more than asked."""
    await uow.inbox.add(BOT, [an_update(3), an_update(1)], NOW)
    await uow.inbox.add(BOT, [an_update(2)], NOW - DAY)
    assert await waiting(uow) == [1, 2, 3]
    assert [row.update_id for row in await uow.inbox.pending(BOT, 2)] == [1, 2]


async def test_an_update_comes_in_once(uow: UnitOfWork) -> None:
    """Delivered again in another batch or the same one, before or after it was handled: it counts once, and the first stays."""
    assert await uow.inbox.add(BOT, [an_update(1), an_update(2), an_update(1, "changed")], NOW) == 2
    assert await uow.inbox.add(BOT, [an_update(2, "changed"), an_update(3)], NOW) == 1
    rows = await uow.inbox.pending(BOT, 10)
    assert [row.update for row in rows] == [an_update(1), an_update(2), an_update(3)]
    await uow.inbox.done([rows[0].id], NOW)
    await uow.inbox.set_aside(rows[1].id, "poison", NOW)
    assert await uow.inbox.add(BOT, [an_update(1), an_update(2)], NOW) == 0
    assert await waiting(uow) == [3]


async def test_each_bot_has_its_own(uow: UnitOfWork) -> None:
    """The same update_id of another bot is another update."""
    assert await uow.inbox.add(BOT, [an_update(1)], NOW) == 1
    assert await uow.inbox.add(OTHER, [an_update(1), an_update(2)], NOW) == 2
    assert await waiting(uow) == [1]
    assert await waiting(uow, OTHER) == [1, 2]


async def test_nothing_comes_in(uow: UnitOfWork) -> None:
    """An empty fetch is no error; neither is nothing done."""
    assert await uow.inbox.add(BOT, [], NOW) == 0
    await uow.inbox.done([], NOW)
    assert await waiting(uow) == []


async def test_what_is_handled_does_not_wait(uow: UnitOfWork) -> None:
    """Done rows are done, several at once."""
    await uow.inbox.add(BOT, [an_update(n) for n in (1, 2, 3)], NOW)
    rows = await uow.inbox.pending(BOT, 10)
    await uow.inbox.done([rows[0].id, rows[2].id], NOW)
    assert await waiting(uow) == [2]


async def test_poison_is_set_aside_and_shown(uow: UnitOfWork) -> None:
    """It does not wait, and is listed with its error and its update, newest first; no more than asked."""
    await uow.inbox.add(BOT, [an_update(n) for n in (1, 2, 3)], NOW)
    for minutes, row in enumerate((await uow.inbox.pending(BOT, 10))[:2]):
        await uow.inbox.set_aside(row.id, f"KeyError: {row.update_id}", NOW + timedelta(minutes=minutes))
    assert await waiting(uow) == [3]
    second, first = await uow.inbox.poisoned(10)
    assert (second.update_id, second.error, second.update) == (2, "KeyError: 2", an_update(2))
    assert (first.update_id, first.at) == (1, NOW)
    assert len(await uow.inbox.poisoned(1)) == 1


async def test_old_updates_are_forgotten(uow: UnitOfWork) -> None:
    """Handled ones older than asked, no more at once than asked; what still waits is never forgotten."""
    for number, at in ((1, NOW - 9 * DAY), (2, NOW - 9 * DAY), (3, NOW), (4, NOW - 8 * DAY)):
        await uow.inbox.add(BOT, [an_update(number)], at)
    first, _, third, fourth = await uow.inbox.pending(BOT, 10)
    await uow.inbox.done([first.id], NOW - 8 * DAY)
    await uow.inbox.done([fourth.id], NOW - 9 * DAY)
    await uow.inbox.done([third.id], NOW)
    assert await uow.inbox.prune(NOW - 7 * DAY, 1) == 1
    assert await uow.inbox.add(BOT, [an_update(1)], NOW) == 0
    assert await uow.inbox.prune(NOW - 7 * DAY, 10) == 1
    assert await uow.inbox.prune(NOW - 7 * DAY, 10) == 0
    assert await waiting(uow) == [2]
    assert await uow.inbox.add(BOT, [an_update(3)], NOW) == 0


async def test_two_who_deliver_the_same(store: Store) -> None:
    """Side by side (two webhooks): each update is new to one of them."""

    async def deliver(first: int) -> int:
        async with store.begin() as uow:
            return await uow.inbox.add(BOT, [an_update(n) for n in range(first, first + 20)], NOW)

    assert sum(await asyncio.gather(deliver(0), deliver(10), deliver(0), deliver(10))) == 30
    async with store.read() as uow:
        assert await waiting(uow) == list(range(30))


async def test_an_album_is_found_by_its_messages(uow: UnitOfWork) -> None:
    """Of that bot, chat and album, handled in between or waiting; a text that speaks of it is none of it."""
    chat = ChatId(-1_001_234_567_890)
    said = [an_update(number) for number in range(1, 7)]
    for update in said[:4]:
        update["message"]["media_group_id"] = "a_1"
    said[4]["message"]["media_group_id"] = "ab1"
    said[5]["message"]["text"] = '"media_group_id":"a_1"'
    await uow.inbox.add(BOT, said, NOW)
    await uow.inbox.add(OTHER, said[:1], NOW)
    rows = {row.update_id: row.id for row in await uow.inbox.pending(BOT, 10)}
    await uow.inbox.done([rows[1], rows[2], rows[5], rows[6]], NOW)
    await uow.inbox.done([rows[3]], NOW + DAY)
    found = await uow.inbox.album(BOT, chat, "a_1", NOW - DAY / 2, NOW + DAY / 2)
    assert [one["update_id"] for one in found] == [1, 2, 4]
    assert await uow.inbox.album(BOT, ChatId(-5), "a_1", NOW - DAY, NOW + DAY) == []
