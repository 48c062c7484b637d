"""Every store: text as people and their phones really send it, and moments without a zone."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain import lifecycle
from bot.domain.history import Action
from bot.domain.ids import ChatId, MessageId, UnitCode, UserId
from bot.domain.organisation import Invitation
from bot.ports import Due, UnitOfWork
from storage.databases.engines import compact
from tests.builders import City, a_draft, a_message, a_person, a_photo, a_service_card, a_unit, an_issue, filed
from tests.fakes import NOW

NAIVE = datetime(2026, 11, 23, 2, 0)  # noqa: DTZ001 - what must be refused

TEXTS = {
    "emoji": "🚧👷🏽‍♀️🏗️",
    "beyond the basic plane": "𠮷野家 𨭎",
    "right to left": "\u202eexe.jpg\u202c שלום مرحبا \u200f\u2067",
    "combining": "e\u0301 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "quotes": "'; DROP TABLE issues; -- \" ` \\ \\' %s {} {{7*7}} $1 ? :name",
    "markup": "<b>&amp;</b><script>alert(1)</script>",
    "white space": "  \t行首\r\n行尾\u3000\u00a0\u200b  ",
    "control": "\x01\x08\x1b[31m\x7f\u0085\u2028",
    "longest": "长" * 4096,
    "noncharacters": "\ufffe\uffff\ufffd",
}
LOSSY = {"塔吊\x00没电": "塔吊没电", "\x00": "", "塔吊\ud83d没电\udea7": "塔吊没电", "\udea7\ud83d": ""}


async def test_any_text_comes_back_as_it_was(uow: UnitOfWork, city: City) -> None:
    """Everywhere people's words are kept: not a character more or less."""
    for name, text in TEXTS.items():
        assert await through_and_undone(uow, city, text) == [text] * 10, name


async def test_what_no_database_keeps_is_dropped(uow: UnitOfWork, city: City) -> None:
    """PostgreSQL has no NUL, UTF-8 no half of a surrogate pair: they are dropped at the store's edge, the rest stays."""
    for text, expected in LOSSY.items():
        assert await through_and_undone(uow, city, text) == [expected] * 10


async def through_and_undone(uow: UnitOfWork, city: City, text: str) -> list[str]:
    """Each text into the same store, without the ones before."""
    read: list[str] = []
    with suppress(InterruptedError):
        async with uow.savepoint():
            read = await through_the_store(uow, city, text)
            raise InterruptedError
    return read


async def through_the_store(uow: UnitOfWork, city: City, text: str) -> list[str]:
    """Write a text wherever people's words go, and read it back."""
    await uow.units.save(a_unit("U77", text))
    person = await uow.people.add(a_person("N01", text))
    draft = await uow.drafts.add(a_draft(city.reporter.id))
    draft = await uow.drafts.put_piece(draft.id, MessageId(1), text)
    photo = replace(a_photo(), file_name=text)
    media = await uow.evidence.add(photo, city.reporter.id, ChatId(4001), MessageId(1), NOW, draft=draft.id)
    issue = await filed(uow, an_issue(reporter=person.id, description=text))
    remark = lifecycle.step(issue, Action.REMARK, city.clerk.id, NOW, f"[{text}]")
    await uow.issues.save(remark)
    await uow.outbox.queue(a_message(facts={"words": text}), NOW)
    (row,) = await uow.outbox.due(NOW, 1)
    await uow.dialogs.put("key", "state", {"nested": [{"words": text}]})
    await uow.facts.put("name", text)
    last = (await uow.issues.history(issue.id))[-1].entry
    return [
        (await uow.units.get(UnitCode("U77"))).name,
        (await uow.issues.view(issue.id)).reporter_name,
        (await uow.drafts.get(draft.id)).text,
        draft.text,
        media.file_name or "",
        (await uow.issues.get(issue.id)).description,
        last.words[1:-1],
        row.message.facts["words"],
        (await uow.dialogs.get("key"))[1]["nested"][0]["words"],
        await uow.facts.get("name") or "",
    ]


async def test_any_update_comes_in(uow: UnitOfWork) -> None:
    """No text stops the intake, the log of poison, or the updates after it."""
    texts = [*TEXTS.values(), *LOSSY]
    updates = [{"update_id": n, "message": {"text": text, text: 1}} for n, text in enumerate(texts)]
    assert await uow.inbox.add(4200, updates, NOW) == len(texts)
    for text, row in zip(texts, await uow.inbox.pending(4200, 100), strict=True):
        await uow.inbox.set_aside(row.id, f"ValueError: {text}", NOW)
    poisoned = await uow.inbox.poisoned(100)
    assert {poison.update["update_id"] for poison in poisoned} == set(range(len(texts)))
    assert all(poison.error.startswith("ValueError: ") for poison in poisoned)


async def test_any_text_may_be_asked_for(uow: UnitOfWork) -> None:
    """A code, a number, a token, a name that nobody has: nothing, never an error."""
    for text in (*TEXTS.values(), *LOSSY):
        assert await uow.people.by_code(text) is None
        assert await uow.issues.by_number(text) is None
        assert await uow.projects.card(text) is None
        assert await uow.people.invitation(text) is None
        assert await uow.facts.get(text) is None
        assert await uow.dialogs.get(text) == (None, {})
        assert await uow.projects.search(text, 5) == []


Writing = Callable[[UnitOfWork, City], Awaitable[object]]
NAIVE_WRITES: dict[str, Writing] = {
    "issue": lambda uow, city: filed(uow, an_issue(reporter=city.reporter.id, reported_at=NAIVE)),
    "message": lambda uow, _: uow.outbox.queue(a_message(), NAIVE),
    "not before": lambda uow, _: uow.outbox.queue(a_message(not_before=NAIVE), NOW),
    "due": lambda uow, _: uow.outbox.due(NAIVE, 1),
    "draft": lambda uow, city: uow.drafts.add(a_draft(city.reporter.id, created_at=NAIVE)),
    "evidence": lambda uow, city: uow.evidence.add(a_photo(), city.reporter.id, ChatId(1), MessageId(1), NAIVE),
    "claim": lambda uow, _: uow.evidence.claim(NAIVE, 1),
    "card": lambda uow, _: uow.projects.issue_card(a_service_card(token="new", issued_at=NAIVE)),
    "scan": lambda uow, city: uow.projects.count_scan("card-P002", city.clerk.id, NAIVE),
    "invitation": lambda uow, city: uow.people.invite(Invitation("a", city.clerk.id, NAIVE)),
    "agenda": lambda uow, _: uow.agenda.due(NAIVE, any_hour_only=False, limit=1),
    "subscriptions": lambda uow, _: uow.subscriptions.due(NAIVE),
    "stranger": lambda uow, _: uow.strangers.knock(UserId(1), NAIVE, 60),
    "inbox": lambda uow, _: uow.inbox.add(1, [{"update_id": 1}], NAIVE),
    "prune": lambda uow, _: uow.inbox.prune(NAIVE, 100),
}


async def test_a_moment_without_a_zone_is_refused(uow: UnitOfWork, city: City) -> None:
    """Where it enters, whether to be written or to be asked with."""
    for write in NAIVE_WRITES.values():
        with pytest.raises(Exception, match="without a time zone"):
            await within_savepoint(uow, city, write)


async def within_savepoint(uow: UnitOfWork, city: City, write: Writing) -> None:
    """So that the transaction stays usable."""
    async with uow.savepoint():
        await write(uow, city)


async def test_moments_come_back_in_utc(uow: UnitOfWork, city: City) -> None:
    """The same moment to the microsecond, whatever zone it was given in."""
    moment = NOW.replace(microsecond=123_457).astimezone(timezone(timedelta(hours=8)))
    issue = await filed(uow, an_issue(reporter=city.reporter.id, reported_at=moment))
    await uow.agenda.plan(Due(issue.id, "reminder", moment, 1, 3))
    (due,) = await uow.agenda.due(NOW + timedelta(days=1), any_hour_only=False, limit=1)
    for kept in ((await uow.issues.get(issue.id)).reported_at, due.at):
        assert (kept, kept.utcoffset()) == (moment, timedelta(0))


def test_json_that_speaks_of_nul() -> None:
    """NUL itself goes; who writes the six characters of its escape keeps them, and the JSON stays JSON."""
    for said, kept in (("a\x00b", "ab"), (r"\u0000", r"\u0000"), ("\\\x00", "\\"), (r"\\u0000", r"\\u0000")):
        assert json.loads(compact({"said": said})) == {"said": kept}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSON)
def test_json_is_written_as_the_standard_library_writes_it(value: object) -> None:
    """But without NUL and halves of pairs: what was stored by it is found by what is written now."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assume("\\u0000" not in plain)
    assert compact(value) == plain.encode("utf-8", "ignore").decode()
