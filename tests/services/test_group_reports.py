"""/report in a group: who may file what for whom, and to which project."""

from dataclasses import replace

import pytest

from bot.domain.errors import FiledBefore, GroupUnbound, NotAllowed, OutsideGroup, ProjectNeeded, ProjectUnknown
from bot.domain.ids import ChatId, MessageId, ProjectCode, UserId
from bot.domain.incoming import Account, Incoming
from bot.domain.issue import Category
from bot.domain.organisation import Person
from bot.services.groups import group_reports, groups
from bot.services.groups.group_reports import Asked
from tests.builders import a_person
from tests.services.at_work import Office

GROUP = ChatId(-1001)
STRANGER = Account(UserId(99_001), "路人甲", "en-GB")
SAID = Incoming(GROUP, MessageId(70), text="三号塔吊停电")
ASKED = Asked(MessageId(71))


def account(person: Person) -> Account:
    return Account(UserId(person.user_id or 0), person.name)


async def bind(office: Office, words: str) -> None:
    await groups.subscribe(office.turn, office.city.clerk, GROUP, None, words)


async def test_no_group_files_before_it_is_bound(office: Office) -> None:
    """Nor makes anybody a guest."""
    with pytest.raises(GroupUnbound):
        await group_reports.file(office.turn, office.city.clerk, STRANGER, [SAID], ASKED)
    assert await office.uow.people.by_user(STRANGER.user) is None


async def test_the_groups_own_project_wins(office: Office) -> None:
    """Whatever the author scanned last; the category is guessed from the words."""
    await bind(office, "project P002")
    await office.uow.people.save(replace(office.city.reporter, current_project=ProjectCode("P003")))
    issue = await group_reports.file(office.turn, office.city.clerk, account(office.city.reporter), [SAID], ASKED)
    assert (issue.project, issue.reporting_unit) == ("P002", office.city.reporter.unit)
    assert issue.category is not Category.OTHER


async def test_else_the_authors_current_one_if_the_group_may_see_it(office: Office) -> None:
    """Then that of who files it; else the bot asks."""
    await bind(office, "海沧区")
    with pytest.raises(ProjectNeeded):
        await group_reports.file(office.turn, office.city.clerk, STRANGER, [SAID], ASKED)
    clerk = replace(office.city.clerk, current_project=ProjectCode("P002"))
    await office.uow.people.save(clerk)
    assert (await office.uow.projects.get(ProjectCode("P002"))).district == "海沧区"
    issue = await group_reports.file(office.turn, clerk, STRANGER, [SAID], ASKED)
    assert (issue.project, issue.unverified_reporter) == ("P002", True)


async def test_a_project_is_named_in_words(office: Office) -> None:
    """By code or name; one outside the group's scope is not told about, an unknown one is said."""
    await bind(office, "district 海沧区")
    city = office.city
    outside = next(p for p in await office.uow.projects.all() if p.district != "海沧区")
    with pytest.raises(OutsideGroup) as refused:
        await group_reports.file(office.turn, city.clerk, STRANGER, [SAID], replace(ASKED, words=outside.code))
    assert refused.value.facts == {"given": outside.code}
    with pytest.raises(ProjectUnknown):
        await group_reports.file(office.turn, city.clerk, STRANGER, [SAID], replace(ASKED, words="P999"))
    issue = await group_reports.file(office.turn, city.clerk, STRANGER, [SAID], replace(ASKED, words="P002"))
    assert issue.project == "P002"


@pytest.mark.parametrize("who", ["a04", "h04", "city_leader", "auditor"])
async def test_only_who_reports_or_takes_in_files_for_others(office: Office, who: str) -> None:
    """A role of another kind is none for this."""
    await bind(office, "project P002")
    with pytest.raises(NotAllowed):
        await group_reports.file(office.turn, getattr(office.city, who), STRANGER, [SAID], ASKED)


async def test_a_clerk_of_elsewhere_files_nothing_here(office: Office) -> None:
    """A role counts within its scope."""
    await bind(office, "project P002")
    elsewhere = await office.uow.people.add(a_person("E09", "外区专班", "clerk:district:翔安区", user_id=UserId(1009)))
    with pytest.raises(NotAllowed):
        await group_reports.file(office.turn, elsewhere, STRANGER, [SAID], ASKED)


async def test_the_whole_album_is_known_as_filed(office: Office) -> None:
    """By any of its messages."""
    await bind(office, "project P002")
    album = [replace(SAID, message=MessageId(n), media_group="a", text=f"第{n}张") for n in (70, 71)]
    issue = await group_reports.file(office.turn, office.city.clerk, STRANGER, album, ASKED)
    assert issue.description == "第70张\n第71张"
    for sibling in (album[1], replace(SAID, message=MessageId(72), media_group="a")):
        with pytest.raises(FiledBefore) as refused:
            await group_reports.file(office.turn, office.city.clerk, STRANGER, [sibling], ASKED)
        assert refused.value.facts == {"number": issue.number}


async def test_who_left_the_office_writes_as_a_guest(office: Office) -> None:
    """Their old name and rights are not lent to the account."""
    await bind(office, "project P002")
    await office.uow.people.save(replace(office.city.reporter, left=True))
    issue = await group_reports.file(office.turn, office.city.clerk, account(office.city.reporter), [SAID], ASKED)
    assert issue.unverified_reporter
    assert issue.reporter != office.city.reporter.id
