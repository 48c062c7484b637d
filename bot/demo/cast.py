"""Who plays: people of the sample city with a phone each, and the group that reads the digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from bot.demo.narrator import Narrator
from bot.demo.stage import Stage
from bot.sandbox.client import Chatroom, Phone

PATIENCE = 30.0
GROUP = "重点项目工作群"


class Part(NamedTuple):
    """A role of the story: who of the sample city's sheet plays it, and what to call them."""

    code: str
    name: str
    chinese: str
    english: str


PARTS: Mapping[str, Part] = {
    "worker": Part("R02", "老耿", "工地现场", "site worker"),
    "clerk": Part("E01", "黎晓舟", "专班", "clerk"),
    "assignee": Part("A04", "雷万钧", "责任单位经办", "unit"),
    "head": Part("H04", "滕国安", "责任单位领导", "unit's head"),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Phones, each bound to a person of the sample city."""

    worker: Phone
    clerk: Phone
    assignee: Phone
    head: Phone
    group: Chatroom

    @classmethod
    async def enter(cls, stage: Stage, narrator: Narrator) -> Self:
        """Everybody opens their invitation."""
        links = await stage.invitations(*(part.code for part in PARTS.values()))
        bound = {role: await _bound(stage, narrator, part, links[part.code]) for role, part in PARTS.items()}
        group = await stage.world.group(GROUP, list(bound.values()), owner=bound["clerk"])
        narrator.name(group.id, f"{GROUP} group")
        return cls(**bound, group=group)

    def phone(self, role: str) -> Phone:
        """By the name of a part."""
        phone: Phone = getattr(self, role)
        return phone


async def _bound(stage: Stage, narrator: Narrator, part: Part, link: str) -> Phone:
    phone = await stage.world.user(part.name)
    narrator.name(phone.chat_id, f"{part.name} · {part.english}")
    await phone.opens(link)
    await phone.sees(timeout=PATIENCE)
    return phone
