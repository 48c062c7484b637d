"""Every store: files people sent, and the worker that fetches them."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.draft import IncomingMedia, Media, MediaKind, MediaState, Purpose
from bot.domain.ids import ChatId, MediaId, MessageId
from bot.ports import Store, UnitOfWork
from tests.builders import City, a_draft, a_photo, an_issue, filed
from tests.fakes import NOW

CHAT = ChatId(4001)


async def sent(uow: UnitOfWork, city: City, message: int, at: datetime = NOW, **where: Any) -> Media:
    """A photo the reporter sent."""
    return await uow.evidence.add(a_photo(f"photo-{message}"), city.reporter.id, CHAT, MessageId(message), at, **where)


async def test_a_file_is_known_whole_at_once(uow: UnitOfWork, city: City) -> None:
    """All that Telegram announced, and where it belongs; nothing fetched yet."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    incoming = IncomingMedia(MediaKind.DOCUMENT, "file", "unique", 3_000_000_000, "image/png", "../../etc/passwd")
    media = await uow.evidence.add(
        incoming, city.a04.id, CHAT, MessageId(7), NOW, issue=issue.id, purpose=Purpose.PROOF, round=2
    )
    expected = Media(
        media.id,
        MediaKind.DOCUMENT,
        "file",
        "unique",
        city.a04.id,
        CHAT,
        MessageId(7),
        NOW,
        issue=issue.id,
        purpose=Purpose.PROOF,
        round=2,
        size=3_000_000_000,
        mime="image/png",
        file_name="../../etc/passwd",
    )
    assert [media] == await uow.evidence.of_issue(issue.id) == [expected]


async def test_evidence_stands_in_the_order_it_was_sent(uow: UnitOfWork, city: City) -> None:
    """Albums arrive shuffled: the message ids tell the order, not the arrival."""
    draft = await uow.drafts.add(a_draft(city.reporter.id))
    for minute, message in enumerate((13, 11, 12)):
        await sent(uow, city, message, NOW + timedelta(minutes=minute), draft=draft.id)
    assert [m.message for m in await uow.evidence.of_draft(draft.id)] == [11, 12, 13]


async def test_evidence_of_several_chats_stands_by_arrival(uow: UnitOfWork, city: City) -> None:
    """Message ids of two chats say nothing of each other; a late sibling still stands with its own."""
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    for minute, chat, message in ((0, 4001, 901), (5, 3004, 12), (1, 4001, 903), (9, 4001, 902), (20, 4001, 950)):
        where = (ChatId(chat), MessageId(message), NOW + timedelta(minutes=minute))
        await uow.evidence.add(a_photo(), city.reporter.id, *where, issue=issue.id)
    assert [media.message for media in await uow.evidence.of_issue(issue.id)] == [901, 902, 903, 12, 950]


async def test_filing_moves_the_evidence(uow: UnitOfWork, city: City) -> None:
    """The draft's files become the issue's, in order; those of other drafts stay."""
    draft = await uow.drafts.add(a_draft(city.reporter.id))
    other = await uow.drafts.add(a_draft(city.a04.id, 3004))
    mine = [await sent(uow, city, message, draft=draft.id) for message in (11, 12)]
    await sent(uow, city, 13, draft=other.id)
    issue = await filed(uow, an_issue(reporter=city.reporter.id))
    await uow.evidence.file_under(draft.id, issue.id)
    assert [m.id for m in await uow.evidence.of_issue(issue.id)] == [m.id for m in mine]
    assert len(await uow.evidence.of_draft(other.id)) == 1


async def test_evidence_of_many_issues(uow: UnitOfWork, city: City) -> None:
    """Each issue with its own, in order; issues without evidence are left out; none asked for is none."""
    issues = [await filed(uow, an_issue(reporter=city.reporter.id)) for _ in range(3)]
    for message, issue in ((13, issues[0]), (11, issues[0]), (12, issues[1])):
        await sent(uow, city, message, issue=issue.id)
    found = await uow.evidence.of_issues([issue.id for issue in issues])
    messages = {issue: [media.message for media in sent_ones] for issue, sent_ones in found.items()}
    assert messages == {issues[0].id: [11, 13], issues[1].id: [12]}
    assert await uow.evidence.of_issues([]) == {}


async def test_files_are_looked_up_in_the_order_asked_for(uow: UnitOfWork, city: City) -> None:
    """Unknown ones are left out; none asked for is none."""
    first, second, third = [await sent(uow, city, message) for message in (11, 12, 13)]
    asked = [third.id, MediaId(4242), first.id]
    assert await uow.evidence.many(asked) == [third, first]
    assert second not in await uow.evidence.many(asked)
    assert await uow.evidence.many([]) == []


async def test_a_stored_file_is_known_by_its_bytes(uow: UnitOfWork, city: City) -> None:
    """Digests, true size and type are kept, and it is not fetched again."""
    media = await sent(uow, city, 11)
    stored = await uow.evidence.stored(media.id, "a" * 64, "b" * 64, 123_456, "image/jpeg")
    assert stored == replace(
        media,
        state=MediaState.STORED,
        sha256="a" * 64,
        clean_sha256="b" * 64,
        size=123_456,
        mime="image/jpeg",
    )
    assert await uow.evidence.claim(NOW + timedelta(days=30), 10) == []


async def test_a_missing_file_says_why(uow: UnitOfWork, city: City) -> None:
    """It is given up with its reason, and not fetched again."""
    media = await sent(uow, city, 11)
    missing = await uow.evidence.missing(media.id, "file is too big")
    assert (missing.state, missing.error) == (MediaState.MISSING, "file is too big")
    assert await uow.evidence.claim(NOW + timedelta(days=30), 10) == []


async def test_what_nobody_waits_for_is_not_settled_again(uow: UnitOfWork, city: City) -> None:
    """It came already, or its author was erased: a slow worker changes nothing of that."""
    came, gone = await sent(uow, city, 11), await sent(uow, city, 12)
    await uow.evidence.stored(came.id, "a" * 64, "b" * 64, 1, "image/jpeg")
    await uow.evidence.missing(gone.id, "erased")
    for media in (came, gone):
        with pytest.raises(LookupError):
            await uow.evidence.stored(media.id, "c" * 64, None, 2, "image/png")
        with pytest.raises(LookupError):
            await uow.evidence.missing(media.id, "later")
    assert [media.sha256 for media in await uow.evidence.many([came.id, gone.id])] == ["a" * 64, None]


async def test_bytes_that_no_file_has(uow: UnitOfWork, city: City) -> None:
    """Neither as they came nor as a clean copy."""
    media = await sent(uow, city, 11)
    await uow.evidence.stored(media.id, "a" * 64, "b" * 64, 1, "image/jpeg")
    assert await uow.evidence.unused(["d" * 64, "a" * 64, "c" * 64, "b" * 64]) == ["c" * 64, "d" * 64]
    assert await uow.evidence.unused([]) == []


async def test_the_oldest_are_claimed_first(uow: UnitOfWork, city: City) -> None:
    """As many as asked for, each counted as an attempt."""
    for minutes, message in ((2, 12), (1, 11), (3, 13)):
        await sent(uow, city, message, NOW + timedelta(minutes=minutes))
    claimed = await uow.evidence.claim(NOW + timedelta(minutes=10), 2)
    assert [(media.message, media.attempts) for media in claimed] == [(11, 1), (12, 1)]


async def test_a_claimed_file_is_put_off(uow: UnitOfWork, city: City) -> None:
    """Nobody else gets it now; it comes back later, and each time later than the time before."""
    await sent(uow, city, 11)
    waits, now = [], NOW
    for attempt in (1, 2, 3):
        (media,) = await uow.evidence.claim(now, 10)
        assert media.attempts == attempt
        wait = await minutes_until_claimable(uow, now)
        waits.append(wait)
        now += timedelta(minutes=wait)
    assert waits == sorted(waits)
    assert 1 <= waits[0] < waits[-1] <= 24 * 60


async def minutes_until_claimable(uow: UnitOfWork, now: datetime) -> int:
    """Find when the one pending file is due again, without claiming it."""
    for minutes in range(24 * 60):
        if await could_claim(uow, now + timedelta(minutes=minutes)):
            return minutes
    raise AssertionError("put off for more than a day")


async def could_claim(uow: UnitOfWork, at: datetime) -> bool:
    """Claim in a savepoint that is undone."""
    try:
        async with uow.savepoint():
            if await uow.evidence.claim(at, 1):
                raise InterruptedError
    except InterruptedError:
        return True
    return False


async def test_two_workers_never_claim_the_same_file(store: Store, city: City) -> None:
    """Side by side, each gets others."""
    async with store.begin() as uow:
        for message in range(20):
            await sent(uow, city, message)

    async def claim() -> list[MediaId]:
        async with store.begin() as uow:
            return [media.id for media in await uow.evidence.claim(NOW, 7)]

    claimed = [media for batch in await asyncio.gather(claim(), claim(), claim()) for media in batch]
    assert len(claimed) == len(set(claimed))


async def test_an_unknown_file_is_a_lookup_error(uow: UnitOfWork) -> None:
    """Nobody's id."""
    with pytest.raises(LookupError):
        await uow.evidence.missing(MediaId(4242), "gone")
