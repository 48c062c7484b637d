"""The main job, from a photo in the mud to a row of the weekly digest."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from bot.demo.narrator import Narrator
from bot.demo.stage import Stage
from bot.sandbox.client import Chatroom, Phone, Seen
from bot.sandbox.pictures import site_photo

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(
    2026, 9, 28, 9, 10, tzinfo=ZONE
)  # Monday before National Day; Saturday the 10th is a make-up working day
NUMBER = "XM-2026-0001"
PROJECT = "P009"
TEXT = "3号楼施工临时用电容量不够，塔吊从昨天停到现在，请协调增容。"
PROOF = "临时变压器已增容到800kVA，今早送电，塔吊恢复作业。"
PATIENCE = 30.0
CAST = {  # role → code in the sample city's sheet, name
    "site worker": ("R02", "老耿"),
    "clerk": ("E01", "黎晓舟"),
    "unit": ("A04", "雷万钧"),
    "unit's head": ("H04", "滕国安"),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: phones, each bound to a person of the sample city, and the group that reads the digest."""

    worker: Phone
    clerk: Phone
    assignee: Phone
    head: Phone
    group: Chatroom

    @classmethod
    async def enter(cls, stage: Stage, narrator: Narrator) -> Self:
        """Everybody opens their invitation."""
        links = await stage.invitations(*(code for code, _ in CAST.values()))
        phones = [await _bound(stage, narrator, role, links[code]) for role, (code, _) in CAST.items()]
        worker, clerk, assignee, head = phones
        group = await stage.world.group("重点项目工作群", [worker, clerk, assignee, head], owner=clerk)
        narrator.name(group.id, "重点项目工作群 group")
        return cls(worker, clerk, assignee, head, group)


async def _bound(stage: Stage, narrator: Narrator, role: str, link: str) -> Phone:
    name = CAST[role][1]
    phone = await stage.world.user(name)
    narrator.name(phone.chat_id, f"{name} · {role}")
    await phone.opens(link)
    await phone.sees(timeout=PATIENCE)
    return phone


async def play(stage: Stage, narrator: Narrator) -> tuple[Cast, str]:
    """The whole story; gives who played, and the digest's words. Raises ActError where it doesn't go as told."""
    narrator.act("1 · Everybody opens their invitation")
    cast = await Cast.enter(stage, narrator)
    narrator.act("2 · The site: scan the card, send the photos, press 提交")
    await _report(stage, cast)
    narrator.act("3 · The desk: register, name the unit, assign with a deadline")
    await _assign(cast)
    narrator.act("4 · Time passes: National Day, a weekend, a make-up Saturday; people are reminded in office hours")
    await _pass_the_deadline(stage, narrator, cast)
    narrator.act("5 · The unit resolves with a photo and the means used; the reporter confirms; the clerk strikes off")
    await _solve(cast)
    narrator.act("6 · The group subscribes to the digest, and gets it on Friday at 16:00")
    return cast, await _digest(stage, narrator, cast)


async def _report(stage: Stage, cast: Cast) -> None:
    await cast.worker.opens((await stage.cards())[PROJECT])
    await cast.worker.sees("马銮湾医院", timeout=PATIENCE)
    photos = [site_photo(seed, place=(24.56, 118.02)) for seed in (1, 2, 3)]
    await cast.worker.sends_album(photos, TEXT, order=[1, 0, 2])
    await cast.worker.presses("提交", timeout=PATIENCE)
    await cast.worker.sees(f"已上报 {NUMBER}", timeout=PATIENCE)


async def _assign(cast: Cast) -> None:
    await cast.clerk.sees(NUMBER, timeout=PATIENCE, fresh=False)
    await cast.clerk.presses("入账", timeout=PATIENCE)
    await cast.clerk.sees("已入账", timeout=PATIENCE)
    await cast.clerk.presses("责任单位")
    await cast.clerk.presses("市供电公司", timeout=PATIENCE)
    await cast.clerk.sees("市供电公司", timeout=PATIENCE)
    await cast.clerk.presses("交办", timeout=PATIENCE)
    await cast.clerk.presses("雷万钧", timeout=PATIENCE)
    await cast.assignee.sees(NUMBER, timeout=PATIENCE, fresh=False)
    await cast.assignee.presses("接收", timeout=PATIENCE)
    await cast.assignee.sees("已接收", timeout=PATIENCE)


async def _pass_the_deadline(stage: Stage, narrator: Narrator, cast: Cast) -> None:
    """Assigned on Monday the 28th with five working days: due on Saturday the 10th, which is a working day this year."""
    for moment in ("09-30 09:00", "10-09 09:00", "10-10 09:00", "10-12 09:00"):
        when = await turn_to(stage, narrator, moment)
        await _hears(cast.assignee, when)
    await _hears(cast.head, when)


async def _solve(cast: Cast) -> None:
    await cast.assignee.presses("办结", timeout=PATIENCE)
    await cast.assignee.sends_photo(site_photo(9), PROOF)
    await cast.assignee.presses("先行指导", timeout=PATIENCE)
    await cast.assignee.presses("办结", timeout=PATIENCE)
    await cast.worker.sees(NUMBER, timeout=PATIENCE)
    await cast.worker.presses("已解决", timeout=PATIENCE)
    await cast.worker.presses("满意", timeout=PATIENCE)
    await cast.clerk.presses("销号", timeout=PATIENCE)
    await cast.worker.sees("已销号", timeout=PATIENCE)


async def _digest(stage: Stage, narrator: Narrator, cast: Cast) -> str:
    """The clerk brings the bot into the group and subscribes it; gives the digest's words."""
    clerk = cast.clerk.at(cast.group.id)
    await cast.group.adds_bot(by=cast.clerk)
    await clerk.sends_text("/subscribe city fri 16:00")
    await clerk.sees("16:00", timeout=PATIENCE)
    await turn_to(stage, narrator, "10-16 16:00")
    return (await clerk.sees("市供电公司", timeout=PATIENCE)).text


async def turn_to(stage: Stage, narrator: Narrator, moment: str) -> datetime:
    """Turn the clock to `MM-DD HH:MM` of the story's year, office time; gives the moment."""
    when = datetime.strptime(f"{START.year}-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    narrator.say(f"⏩ {when:%A %d %B, %H:%M}")
    await stage.world.sets_clock(when)
    return when


async def _hears(phone: Phone, since: datetime) -> None:
    """Wait for a new message of the bot about the issue, sent since this (virtual) moment."""
    async with asyncio.timeout(PATIENCE):
        while not any(_about(message, since) for message in await phone.screen()):  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.2)


def _about(message: Seen, since: datetime) -> bool:
    return message.by_bot and NUMBER in message.text and message.field("date") >= since.timestamp()
