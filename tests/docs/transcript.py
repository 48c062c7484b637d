"""docs/transcript.md: one issue and all that can happen to it, as its people see it; played by the product, in both languages."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.ids import MessageId
from bot.ports import OutboxRow, UnitOfWork
from bot.telegram.rendered import Album, Rendered
from templates.catalogues import Catalogue
from tests.builders import a_city
from tests.fakes import FakeClock, FakeStore, a_calendar, a_policy
from tests.handlers.driver import World
from tests.handlers.phone import Phone

NUMBER = "XM-2026-0001"
ZONE = ZoneInfo("Asia/Shanghai")
TEXT = "3号塔吊没有电，施工电源还没接通"
PEOPLE = {  # account → (name, what they are), in the order of the story
    4001: ("小王", "上报人", "reporter"),
    1001: ("林清", "专班", "clerk"),
    3003: ("吴静", "市资源规划局经办人", "in charge at the planning bureau"),
    3004: ("蔡明", "市供电公司经办人", "in charge at the power company"),
    2004: ("黄志勇", "市供电公司负责人", "head of the power company"),
    8004: ("杜鹃", "海沧区分管领导", "leader of the district"),
    5001: ("高远", "市分管领导", "leader of the city"),
}
HEADS = {"zh": "# 一件问题的一生\n", "en": "# One issue, from beginning to end\n"}


class Scribe(World):
    """A world that writes down what people do and read; `quiet` until the story begins."""

    def __init__(self, language: str) -> None:
        super().__init__(FakeStore(), a_policy(language=language), a_calendar(), FakeClock())
        self.language, self.words = language, Catalogue.load(language)
        self.lines: list[str] = []
        self.quiet = True

    def name(self, chat: int) -> str:
        name, zh, en = PEOPLE[chat]
        return f"**{name}** ({zh if self.language == 'zh' else en})"

    def write(self, line: str) -> None:
        if not self.quiet:
            self.lines.append(line)

    async def _show(self, turn: object, row: OutboxRow, rendered: Rendered) -> MessageId:
        chat = row.message.chat
        before = {number: shown.text.splitlines()[0] for number, shown in self.room(chat).shown.items()}
        number = await super()._show(turn, row, rendered)  # type: ignore[arg-type]
        if chat in PEOPLE:
            self._heard(chat, number, before.get(number), album=isinstance(rendered, Album))
        return number

    def _heard(self, chat: int, number: int, before: str | None, *, album: bool) -> None:
        """A new message in full; of one that was drawn anew the first line, if it is another one now."""
        text = self.room(chat).shown[number].text
        first = text.splitlines()[0]
        if album:
            return self.write(f"- {self.name(chat)} ← 🖼 {text}")
        if before is not None:
            return self.write(f"- {self.name(chat)} ✎ {first}") if before != first else None
        body = "".join(f"  > {line}  \n" if line else "  >\n" for line in text.splitlines())
        return self.write(f"- {self.name(chat)} ←\n\n{body}")


class Story:
    """The acts, by people."""

    def __init__(self, world: Scribe) -> None:
        self.world = world
        self.phones = {account: world.phone(account, name) for account, (name, *_) in PEOPLE.items()}
        self.reporter, self.clerk, self.planner, self.unit, self.head, self.district, self.city = self.phones.values()

    def say(self, zh: str, en: str) -> None:
        """What happens next, and when."""
        now = self.world.clock.now().astimezone(ZONE)
        self.world.write(f"\n## {now:%m-%d %H:%M} · {zh if self.world.language == 'zh' else en}\n")

    async def presses(self, phone: Phone, *sources: str) -> None:
        """Buttons, by their English source texts or by what stands on them as it is."""
        for source in sources:
            word = self.world.words.gettext(source)
            self.world.write(f"- {self.world.name(phone.room.id)} → [{word}]")
            await phone.presses(word)

    async def writes(self, phone: Phone, text: str, *, photo: bool = False) -> None:
        self.world.write(f"- {self.world.name(phone.room.id)} → {'🖼 ' if photo else ''}{text}")
        await (phone.sends_photo(caption=text) if photo else phone.sends(text))

    async def until(self, month: int, day: int, hour: int = 9) -> None:
        """Time passes, hour by hour in office hours, and what is due is said."""
        goal = datetime.combine(date(2026, month, day), time(hour), ZONE)
        while self.world.clock.now() < goal:
            self.world.clock.advance(hours=1)
            await self.tick()

    async def tick(self) -> None:
        """The second beats; if anything is said, the hour stands before it."""
        place = len(self.world.lines)
        await self.world.ticks()
        if len(self.world.lines) > place:
            self.world.lines.insert(place, f"\n*{self.world.clock.now().astimezone(ZONE):%m-%d %H:%M}*\n")


async def page() -> str:
    """Both languages, one after the other."""
    return "".join([await _told("zh"), "\n---\n\n", await _told("en")])


async def _told(language: str) -> str:
    world = Scribe(language)
    async with world.turns.store.begin() as uow:
        await _people(uow, language)
    await _play(Story(world))
    legend = (
        "→ 做了什么，← 收到的新消息，✎ 原地更新的卡片（第一行变了才记）。由 `make docs` 跑真实程序写成，测试保证一致。\n"
        if language == "zh"
        else "→ what they do, ← a new message, ✎ a card drawn anew in place (if its first line changes). Played by the product: "
        "`make docs`; a test keeps it true.\n"
    )
    return f"{HEADS[language]}\n{legend}" + "\n".join(world.lines).replace("\n\n\n", "\n\n") + "\n"


async def _people(uow: UnitOfWork, language: str) -> None:
    """The sample city; everybody reads the language of the page."""
    for person in (await a_city(uow)).everybody():
        await uow.people.save(replace(person, language=language))


async def _play(story: Story) -> None:
    world = story.world
    await story.reporter.opens("c_card-P002")
    world.quiet = False
    story.say("上报", "Reported")
    await story.writes(story.reporter, TEXT, photo=True)
    await story.presses(story.reporter, "Submit")
    story.say("入账，交错了单位，被退回", "Registered, given to the wrong unit, returned")
    await story.presses(story.clerk, "Register", "Unit", "市资源规划局", "Assign")
    await story.presses(story.planner, "Return", "Not our unit's task")
    story.say("重新交办，接收", "Assigned again, accepted")
    await story.presses(story.clerk, "Unit", "市供电公司", "Assign", "蔡明")
    await story.presses(story.unit, "Accept")
    await story.until(11, 26)
    story.say("申请延期，准予", "More time is asked for and granted")
    three_more = "%(days)s working days → %(month)02d-%(day)02d"
    label = "+" + world.words.gettext(three_more) % {"days": 3, "month": 12, "day": 3}
    await story.presses(story.unit, "Extend", label, "Material or equipment on its way")
    await story.presses(story.head, "Grant")
    story.say("期限到了没办好，逐级上报到市领导", "It is not done in time, and climbs to the leader of the city")
    await story.until(12, 10, 10)
    await story.presses(story.city, "Nudge")
    await story.tick()
    story.say("办结", "Resolved")
    await story.presses(story.unit, "Resolve")
    await story.writes(story.unit, "临时电源已接通", photo=True)
    await story.presses(story.unit, "Early guidance", "Resolve")
    await story.until(12, 11, 10)
    story.say("上报人说没解决，退回重办，期限重新算", "The reporter disagrees: open again, with a new deadline")
    await story.presses(story.reporter, "Not solved")
    await story.writes(story.reporter, "合闸就跳，塔吊还是动不了", photo=True)
    story.say("再次办结，三方一致，销号", "Resolved once more; three words agree; struck off")
    await story.presses(story.unit, "Accept", "Resolve")
    await story.writes(story.unit, "已换大容量开关，塔吊试运行正常", photo=True)
    await story.presses(story.unit, "Early guidance", "Resolve")
    await story.presses(story.reporter, "Solved", "Satisfied")
    await story.presses(story.clerk, "Clear")
    await story.presses(story.clerk, "History")
    world.write(f"\n```\n{story.clerk.room.find(world.words.gettext('Back'))[0].text}\n```\n")
