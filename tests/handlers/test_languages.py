"""Everybody reads their own language, wherever they are and whoever wrote."""

from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone


async def test_people_are_refused_in_their_own_language(world: World, worker: Phone, store: FakeStore) -> None:
    """In the office's Chinese groups too: by toast, and by reply."""
    group = world.group("工地群")
    john, maria = world.phone(9998, "John", "en"), world.phone(9997, "Maria", "en")
    await maria.opens("c_card-P002")
    await worker.opens("c_card-P002")
    await worker.sends("停电")
    await worker.presses("提交")
    for phone, words in ((john, "service card"), (maria, "There is no XM-2026-0001")):
        await phone.presses_data("i:1:register:", 1, group)
        assert phone.toast is not None
        assert words in phone.toast.text
    await john.sends("/issue XM-2026-0001", room=group)
    assert "service card" in group.last().text
    await maria.sends("/my", room=group)
    assert "works in our private chat" in group.last().text
    await maria.sends("/help", room=group)
    assert "What you can do here" in group.last().text


async def test_an_example_is_in_the_readers_language(world: World) -> None:
    """/find without words."""
    maria = world.phone(9997, "Maria", "en")
    await maria.opens("c_card-P002")
    await maria.sends("/find")
    assert "/find elevator" in maria.heard


async def test_a_usual_reason_is_read_in_the_readers_language(world: World, clerk: Phone) -> None:
    """The ledger keeps it in the office's; the reporter's notice and card say it in theirs."""
    maria = world.phone(9997, "Maria", "en")
    await maria.opens("c_card-P002")
    await maria.sends("no power")
    await maria.presses("Submit")
    await clerk.presses("不予受理")
    await clerk.presses("不属于受理范围")
    assert "Reason: Not a matter for this office" in maria.screen()
    assert "rejected it: Not a matter for this office" in maria.screen()
    assert "不属于" not in maria.screen()
