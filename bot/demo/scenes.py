"""What is done in each scene, by the hands of the cast."""

import asyncio
from datetime import datetime

from bot.demo.cast import PATIENCE
from bot.demo.tale import Tale
from bot.sandbox.client import Phone, Seen
from bot.sandbox.pictures import site_photo

PROJECT = "P009"
TEXT = "3号楼施工临时用电容量不够，塔吊从昨天停到现在，请协调增容。"
PROOF = "临时变压器已增容到800kVA，今早送电，塔吊恢复作业。"


async def scan(tale: Tale) -> None:
    """The worker scans the hospital's card."""
    await tale.cast.worker.opens((await tale.stage.cards())[PROJECT])
    await tale.cast.worker.sees("马銮湾医院", timeout=PATIENCE)


async def photograph(tale: Tale) -> None:
    """Three photos; Telegram brings them shuffled."""
    photos = [site_photo(seed, place=(24.56, 118.02)) for seed in (1, 2, 3)]
    await tale.cast.worker.sends_album(photos, TEXT, order=[1, 0, 2])
    await tale.cast.worker.sees(timeout=PATIENCE)


async def submit(tale: Tale) -> None:
    """Filed; the number is learned."""
    await tale.cast.worker.presses("提交", timeout=PATIENCE)
    card = await tale.cast.worker.sees("已上报 ", timeout=PATIENCE)
    tale.number = card.text.split()[1]


async def register(tale: Tale) -> None:
    """The desk takes it into the ledger."""
    clerk = tale.cast.clerk
    await clerk.sees(tale.number, timeout=PATIENCE, fresh=False)
    await clerk.presses("入账", timeout=PATIENCE)
    await clerk.sees("已入账", timeout=PATIENCE)


async def assign(tale: Tale) -> None:
    """A unit, a person; the deadline follows from the level."""
    clerk = tale.cast.clerk
    await clerk.presses("责任单位", timeout=PATIENCE)
    await clerk.presses("市供电公司", timeout=PATIENCE)
    await clerk.sees("市供电公司", timeout=PATIENCE)
    await clerk.presses("交办", timeout=PATIENCE)
    await clerk.presses("雷万钧", timeout=PATIENCE)
    await tale.cast.assignee.sees(tale.number, timeout=PATIENCE, fresh=False)


async def accept(tale: Tale) -> None:
    """The unit takes it on."""
    await tale.cast.assignee.presses("接收", timeout=PATIENCE)
    await tale.cast.assignee.sees("已接收", timeout=PATIENCE)


async def wait(tale: Tale) -> None:
    """Assigned on Monday the 28th with five working days: due on Saturday the 10th, which is a working day this year."""
    for moment in ("09-30 09:00", "10-09 09:00", "10-10 09:00"):
        await _hears(tale, tale.cast.assignee, await tale.turn_to(moment))


async def overdue(tale: Tale) -> None:
    """One working day late: the head of the unit is told."""
    when = await tale.turn_to("10-12 09:00")
    await _hears(tale, tale.cast.assignee, when)
    await _hears(tale, tale.cast.head, when)


async def resolve(tale: Tale) -> None:
    """Proof: a photo, a sentence, the means used."""
    unit = tale.cast.assignee
    await unit.presses("办结", timeout=PATIENCE)
    await unit.sends_photo(site_photo(9), PROOF)
    await unit.presses("先行指导", timeout=PATIENCE)
    await unit.presses("办结", timeout=PATIENCE)


async def confirm(tale: Tale) -> None:
    """The site says whether it is so."""
    await tale.cast.worker.sees(tale.number, timeout=PATIENCE)
    await tale.cast.worker.presses("已解决", timeout=PATIENCE)
    await tale.cast.worker.presses("满意", timeout=PATIENCE)


async def strike_off(tale: Tale) -> None:
    """The third of the three words."""
    await tale.cast.clerk.presses("销号", timeout=PATIENCE)
    await tale.cast.worker.sees("已销号", timeout=PATIENCE)


async def subscribe(tale: Tale) -> None:
    """The clerk brings the bot into the group; on Friday at 16:00 the digest comes."""
    clerk = tale.cast.clerk.at(tale.cast.group.id)
    await tale.cast.group.adds_bot(by=tale.cast.clerk)
    await clerk.sends_text("/subscribe city fri 16:00")
    await clerk.sees("16:00", timeout=PATIENCE)
    await tale.turn_to("10-16 16:00")
    tale.digest = (await clerk.sees("市供电公司", timeout=PATIENCE)).text


async def _hears(tale: Tale, phone: Phone, since: datetime) -> None:
    """Wait for a new message of the bot about the issue, sent since this (virtual) moment."""

    def about(message: Seen) -> bool:
        return message.by_bot and tale.number in message.text and message.field("date") >= since.timestamp()

    async with asyncio.timeout(PATIENCE):
        while not any(about(message) for message in await phone.screen()):  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.2)
