"""Every store: finding issues by words, and what reads like them. Words are Chinese, short, and sometimes hostile."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain import lifecycle
from bot.domain.history import Action, Change
from bot.domain.ids import ProjectCode
from bot.domain.issue import Issue, Means, Outcome, Status
from bot.domain.organisation import CITY
from bot.domain.permissions import Sight
from bot.ports import UnitOfWork
from tests.builders import City, an_issue, filed
from tests.fakes import NOW

EVERYTHING = Sight(None, frozenset({CITY}))
TEXTS = (
    "2号楼电梯停运，老人上不去",
    "工地停电，塔吊没法用",
    "Power cable cut by the excavator at 50% depth",
    '路面_积水 "严重" it\'s C:\\temp 🚧',
)


async def a_ledger(uow: UnitOfWork, city: City) -> list[Issue]:
    """One issue per text; the second is at P001, the rest at P002."""
    return [await said(uow, city, text, n) for n, text in enumerate(TEXTS)]


async def said(uow: UnitOfWork, city: City, text: str, n: int = 0, **more: Any) -> Issue:
    """An issue with this text, reported n minutes after `NOW`."""
    project = ProjectCode("P001" if n == 1 else "P002")
    at = NOW + timedelta(minutes=n)
    more = {"reporter": city.reporter.id, "project": project, "reported_at": at, **more}
    return await filed(uow, an_issue(description=text, **more))


async def found(uow: UnitOfWork, words: str, limit: int = 10) -> list[int]:
    """Which texts, by their place in TEXTS, in the order found."""
    return [int(view.issue.number[-4:]) - 1 for view in (await uow.issues.find(words, EVERYTHING, limit)).views]


WORDS: dict[str, list[int]] = {
    "电梯": [0],
    "停电": [1],
    "电": [1, 0],
    "停": [1, 0],
    "电梯 老人": [0],
    "老人 电梯": [0],
    "电梯 塔吊": [],
    "  电梯\u3000停运\n": [0],
    "电停": [],
    "power": [2],
    "CABLE": [2],
    "excavat": [2],
    "XM-2026-0002": [1],
    "xm-2026-0002": [1],
    "0002": [1],
    "2": [1, 0],
    "XM-2026": [],
    "SiC": [1],
    "POCT": [3, 2, 0],
    "POCT 电梯": [0],
    "50%": [2],
    "%": [2],
    "_": [3],
    '"严重"': [3],
    "it's": [3],
    "C:\\temp": [3],
    "\\": [3],
    "🚧": [3],
    "，": [1, 0],
    "停运，老人": [0],
    "AND": [],
    "NOT": [],
    "电梯*": [],
    "(电梯": [],
    "' OR '1'='1": [],
    '"': [3],
    "电梯" * 2048: [],
    "没有这样的词": [],
    "": [],
    " \n\t ": [],
    "\x00": [],
    "电\x00梯": [0],
    "\ud83d": [],
    "电梯\ud83d": [0],
    "\u202e": [],
}


async def test_words_are_found(uow: UnitOfWork, city: City) -> None:
    """All the words, anywhere in number, text or project's name, in any order and case; newest first; signs of patterns
    and query languages mean themselves."""
    await a_ledger(uow, city)
    assert {words: await found(uow, words) for words in WORDS} == WORDS


async def test_a_search_gives_no_more_than_asked(uow: UnitOfWork, city: City) -> None:
    """The newest ones."""
    await a_ledger(uow, city)
    assert await found(uow, "POCT", 2) == [3, 2]


async def test_what_is_filed_later_is_found_too(uow: UnitOfWork, city: City) -> None:
    """The index follows the ledger: also a text that was changed since."""
    issue = await said(uow, city, "水管爆裂")
    assert await found(uow, "水管") == [0]
    changed = replace(issue, description="围墙倒塌", version=2)
    await uow.issues.save(Change(changed, lifecycle.step(issue, Action.ADD_EVIDENCE, None, NOW).entry))
    assert await found(uow, "水管") == []
    assert await found(uow, "围墙") == [0]


async def test_what_is_closed_is_found_too(uow: UnitOfWork, city: City) -> None:
    """The whole ledger is searched, not only the open part."""
    issue = await said(uow, city, "水管爆裂")
    await uow.issues.save(lifecycle.reject(issue, city.clerk.id, NOW, "重复"))
    assert await found(uow, "水管") == [0]


async def test_the_same_words_are_most_alike(uow: UnitOfWork, city: City) -> None:
    """The identical text first, then those that share some of it; what shares nothing is not there."""
    same, near, _ = [await said(uow, city, text) for text in ("2号楼电梯停运", "3号楼电梯坏了", "拖欠工程款")]
    alike = await uow.issues.similar("2号楼电梯停运", 10)
    assert [similar.issue for similar in alike] == [same.id, near.id]
    assert 1 >= alike[0].score > alike[1].score > 0
    assert alike[0].score == pytest.approx(1)
    assert (alike[0].number, alike[0].description, alike[0].category) == (same.number, same.description, same.category)


async def test_a_two_character_word_makes_alike(uow: UnitOfWork, city: City) -> None:
    """电梯 alone is enough to recognise another broken lift."""
    issue = await said(uow, city, "电梯坏了")
    assert [similar.issue for similar in await uow.issues.similar("小区电梯停运三天", 5)] == [issue.id]


async def test_an_issue_is_not_like_itself(uow: UnitOfWork, city: City) -> None:
    """The one asked about is left out; the limit holds."""
    issues = [await said(uow, city, "电梯坏了") for _ in range(4)]
    alike = await uow.issues.similar("电梯坏了", 10, exclude=issues[1].id)
    assert {similar.issue for similar in alike} == {issues[0].id, issues[2].id, issues[3].id}
    assert len(await uow.issues.similar("电梯坏了", 2)) == 2


async def test_alike_ones_tell_how_they_were_solved(uow: UnitOfWork, city: City) -> None:
    """Means only of cleared ones; open ones say that they are open."""
    means = (Means.EARLY_GUIDANCE, Means.CREDIT_INCENTIVE)
    cleared = await said(uow, city, "电梯坏了", status=Status.CLEARED, outcome=Outcome.SOLVED, means=means)
    resolved = await said(uow, city, "电梯坏了", status=Status.RESOLVED, means=means)
    alike = {similar.issue: similar for similar in await uow.issues.similar("电梯坏了", 10)}
    assert (alike[cleared.id].means, alike[cleared.id].is_open) == (means, False)
    assert (alike[resolved.id].means, alike[resolved.id].is_open) == ((), True)


async def test_likeness_follows_the_life_of_an_issue(uow: UnitOfWork, city: City) -> None:
    """One that was closed since it was filed says so."""
    issue = await said(uow, city, "电梯坏了")
    await uow.issues.save(lifecycle.reject(issue, city.clerk.id, NOW, "重复"))
    (similar,) = await uow.issues.similar("电梯坏了", 10)
    assert not similar.is_open


async def test_open_ones_alone_may_be_asked_for(uow: UnitOfWork, city: City) -> None:
    """Open and closed ones are taken by themselves: a closed one does not push out what can still be joined."""
    closed = await said(uow, city, "电梯坏了", status=Status.REJECTED)
    is_open = await said(uow, city, "电梯坏了，三天了")
    await said(uow, city, "小区电梯掉了", status=Status.REJECTED)
    await said(uow, city, "小区电梯掉了")
    assert [one.issue for one in await uow.issues.similar("电梯坏了", 1)] == [closed.id, is_open.id]
    assert [one.issue for one in await uow.issues.similar("电梯坏了", 1, open_only=True)] == [is_open.id]


async def test_who_may_see_what_is_alike_can_be_told(uow: UnitOfWork, city: City) -> None:
    """Each comes with its standing."""
    issue = await said(uow, city, "电梯坏了", project="P003", unit="U04")
    (similar,) = await uow.issues.similar("电梯坏了", 1)
    assert similar.standing == await uow.issues.standing(issue.id)


async def test_a_common_word_is_walked_for(uow: UnitOfWork, city: City) -> None:
    """Words that many issues have: the newest with all of them, whatever their texts say beside."""
    for n in range(520):
        await said(uow, city, f"电梯停运{'，塔吊停电' if n % 100 == 0 else ''}", 3 + n)
    assert await found(uow, "电梯", 3) == [519, 518, 517]
    assert await found(uow, "电梯 塔吊", 3) == [500, 400, 300]
    assert await found(uow, "POCT 塔吊", 2) == [500, 400]
    assert await found(uow, "电", 2) == [519, 518]


async def test_any_text_may_be_compared(uow: UnitOfWork, city: City) -> None:
    """Short, long, empty, hostile: an answer, never an error."""
    await a_ledger(uow, city)
    for text in ("", " ", "电", "!?%_'\"\\", "\x00", "\ud83d", "\u202e", "🚧🚧", "电梯" * 2048):
        assert all(0 < similar.score <= 1 for similar in await uow.issues.similar(text, 5)), text
