"""What a category asks of a report: a hint on the draft, a mark on the desk's card, and no wall."""

from dataclasses import replace

from bot.domain.ids import IssueId
from bot.domain.issue import Category, Place
from bot.domain.policy import CategoryPolicy, Field, Policy
from bot.ports import UnitOfWork
from bot.services.issues.issue_facts import issue_facts
from bot.services.turn import Turn
from tests.builders import City, an_issue, filed
from tests.fakes import NOW, a_calendar


def asking(policy: Policy) -> Policy:
    """Power cuts should have a photo and a place."""
    rules = replace(policy.categories[Category.POWER], fields=(Field.PHOTO, Field.PLACE))
    return replace(policy, categories={**policy.categories, Category.POWER: rules})


def test_what_is_lacking() -> None:
    """In the order of the policy's list; nothing where nothing is asked."""
    rules = CategoryPolicy((), fields=(Field.PHOTO, Field.PLACE))
    assert rules.lacks(photo=False, place=False) == [Field.PHOTO, Field.PLACE]
    assert rules.lacks(photo=True, place=False) == [Field.PLACE]
    assert CategoryPolicy(()).lacks(photo=False, place=False) == []


async def test_the_desk_sees_what_is_missing(uow: UnitOfWork, city: City, policy: Policy) -> None:
    """As long as it may ask for it."""
    turn = Turn(uow, asking(policy), a_calendar(), NOW)
    bare = await filed(uow, an_issue(reporter=city.reporter.id))
    placed = await filed(uow, an_issue(reporter=city.reporter.id, place=Place(24.5, 118.1)))
    assert (await lacks(turn, city, bare.id)) == ["photo", "place"]
    assert (await lacks(turn, city, placed.id)) == ["photo"]


async def lacks(turn: Turn, city: City, issue: IssueId) -> list[str]:
    """What the clerk's card says is missing."""
    found: list[str] = (await issue_facts(turn, city.clerk, issue))["lacks"]
    return found
