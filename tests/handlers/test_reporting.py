"""A report from a site: two actions after the card, and everything that may come between and after."""

from dataclasses import replace

import pytest

from bot.domain.issue import Category
from bot.domain.policy import Field
from bot.services.reporting import drafts
from tests.builders import City
from tests.fakes import FakeStore
from tests.handlers.driver import World
from tests.handlers.phone import Phone


async def report(worker: Phone, text: str = "施工电源还没接通", *, project: str = "card-P002") -> int:
    """Scan, send, submit; the id of the message that was the draft's card."""
    await worker.opens(f"c_{project}")
    await worker.sends_photo(caption=text)
    card = worker.last().id
    await worker.presses("提交")
    return card


async def test_a_report_takes_two_actions_after_the_card(worker: Phone) -> None:
    """Photo with caption, 提交: the draft's card becomes the issue's in place, first line state and number."""
    card = await report(worker)
    shown = worker.room.shown[card].text
    assert shown.splitlines()[0] == "已上报 XM-2026-0001"
    assert "施工电源还没接通" in shown
    assert "XM-2026-0001" in (worker.toast.text if worker.toast else "")


async def test_the_draft_card_says_what_it_holds(worker: Phone) -> None:
    """Project, guessed category, level, count of photos, the words; and the five buttons."""
    await worker.opens("c_card-P002")
    await worker.sends_album(3, caption="工地停电三天")
    screen = worker.last().text
    for part in ("POCT产业园A地块", "电力", "照片：3 张", "工地停电三天"):
        assert part in screen
    assert [text.split()[-1] for text in worker.buttons] == ["提交", "项目", "类别", "等级", "取消"]


async def test_english_has_its_words(worker: Phone) -> None:
    """The same card for who speaks English."""
    await worker.sends("/language")
    await worker.presses("English")
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="no power")
    assert [text.split()[-1] for text in worker.buttons] == ["Submit", "Project", "Category", "Level", "Cancel"]
    await worker.presses("Submit")
    assert worker.last().text.splitlines()[0] == "Reported XM-2026-0001"


async def test_pressing_submit_twice_files_once(worker: Phone, store: FakeStore) -> None:
    """The second press hears the number."""
    await report(worker)
    await worker.presses_again()
    assert len(store.tables.issues) == 1
    assert worker.toast is not None
    assert "XM-2026-0001" in worker.toast.text
    assert worker.toast.alert


async def test_a_copy_of_the_card_loses_its_buttons_as_it_refuses(worker: Phone) -> None:
    """A card whose answer was lost is sent again; one of the two is submitted, the other says so when it is pressed."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="施工电源还没接通")
    copy = replace(worker.last(), id=next(worker.room.ids))
    await worker.presses("提交")
    worker.room.shown[copy.id] = copy
    await worker.presses("提交")
    assert worker.toast is not None
    assert worker.toast.alert
    assert worker.room.shown[copy.id].buttons == ["查看问题"]
    assert "XM-2026-0001" in worker.room.shown[copy.id].text


async def test_a_press_made_up_shows_nobody_elses_draft(worker: Phone, clerk: Phone) -> None:
    """Nor makes a message of one's own its card."""
    await worker.opens("c_card-P002")
    await worker.sends_photo(caption="施工电源还没接通")
    await clerk.sends("/help")
    before = clerk.last()
    await clerk.presses_data("d:1:submit:", before.id)
    assert clerk.toast is not None
    assert clerk.toast.alert
    assert clerk.last() == before
    await worker.sends("还有二号塔吊")
    assert "施工电源" not in clerk.screen()


async def test_without_a_project_submit_asks_and_picking_files(worker: Phone) -> None:
    """One touch more, no wall of questions."""
    await worker.sends("停电")
    card = worker.last().id
    await worker.presses("提交")
    assert "哪个项目" in worker.last().text
    await worker.presses("POCT产业园B地块")
    assert worker.room.shown[card].text.splitlines()[0] == "已上报 XM-2026-0001"


async def test_a_project_is_searched_by_typing(worker: Phone, store: FakeStore) -> None:
    """What is typed at the open chooser is a search, not part of the report."""
    await worker.sends("停电")
    await worker.presses("项目")
    await worker.sends("同翔")
    assert [b for b in worker.buttons if "返回" not in b] == ["同翔高新城E项目"]
    await worker.sends("没有这个")
    assert "没有找到" in worker.last().text
    await worker.sends("同翔")
    await worker.presses("同翔高新城E项目")
    assert "项目：同翔高新城E项目" in worker.last().text
    await worker.presses("提交")
    assert store.issue("XM-2026-0001").description == "停电"


async def test_a_long_text_at_the_chooser_is_part_of_the_report(worker: Phone) -> None:
    """Nobody types a project's name in forty characters: words are never lost."""
    await worker.sends("停电")
    await worker.presses("提交")
    await worker.sends(
        "三号塔吊的施工电源一直没有接通，已经影响了主体结构施工，请尽快协调供电公司到现场处理，谢谢大家。"
    )
    assert "请尽快协调" in worker.last().text
    assert "哪个项目" in worker.last().text


async def test_category_and_level_are_one_press_away(worker: Phone) -> None:
    """Choosers open and close in place."""
    await worker.sends("停电")
    card = worker.last().id
    await worker.presses("类别")
    await worker.presses("验收")
    assert "类别：验收" in worker.last().text
    await worker.presses("等级")
    await worker.presses("A")
    assert "等级：A" in worker.last().text
    await worker.presses("等级")
    await worker.presses("返回")
    assert "提交" in worker.buttons[0]
    assert worker.last().id == card


async def test_editing_a_message_changes_the_draft_then_remarks(worker: Phone) -> None:
    """Before filing the card follows; after, the original is kept."""
    await worker.opens("c_card-P002")
    text = await worker.sends("三号塔吊停电")
    await worker.edits(text, "五号塔吊停电")
    assert "五号塔吊停电" in worker.last().text
    await worker.presses("提交")
    await worker.edits(text, "六号塔吊停电")
    assert "原文保留" in worker.heard


@pytest.mark.parametrize(
    "body",
    [
        {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 2}},
        {"video_note": {"file_id": "n", "file_unique_id": "n", "duration": 2, "length": 240}},
        {"audio": {"file_id": "a", "file_unique_id": "a", "duration": 2}},
        {
            "animation": {"file_id": "g", "file_unique_id": "g", "duration": 2, "width": 9, "height": 9},
            "document": {"file_id": "g", "file_unique_id": "g"},
        },
        {"document": {"file_id": "d", "file_unique_id": "d", "file_name": "../../x", "mime_type": "image/png"}},
    ],
)
async def test_every_kind_of_file_begins_a_draft(worker: Phone, store: FakeStore, body: dict[str, object]) -> None:
    """One piece of evidence each; an animation is not counted as a document too."""
    await worker.sends_raw(body)
    assert "提交" in worker.buttons[0]
    assert len(store.tables.media) == 1


async def test_places_and_contacts_are_taken(worker: Phone) -> None:
    """A place on the card, a contact as a line of the text."""
    await worker.sends_place()
    assert "24.48000, 118.09000" in worker.last().text
    venue = {"location": {"latitude": 24.5, "longitude": 118.1}, "title": "3号楼", "address": "环岛路"}
    await worker.sends_raw({"venue": venue, "location": venue["location"]})
    assert "3号楼 环岛路" in worker.last().text
    await worker.sends_raw({"contact": {"phone_number": "+8613800000000", "first_name": "王", "last_name": "工"}})
    assert "王 工 +8613800000000" in worker.last().text


async def test_a_place_alone_is_not_filed(worker: Phone) -> None:
    """An alert says what is missing; the place stays."""
    await worker.opens("c_card-P002")
    await worker.sends_place()
    await worker.presses("提交")
    assert worker.toast is not None
    assert worker.toast.alert
    assert "先发一张照片" in worker.toast.text


@pytest.mark.parametrize(
    "body",
    [
        {"dice": {"emoji": "🎲", "value": 3}},
        {
            "sticker": {
                "file_id": "s",
                "file_unique_id": "s",
                "type": "regular",
                "width": 9,
                "height": 9,
                "is_animated": False,
                "is_video": False,
            }
        },
    ],
)
async def test_what_no_report_can_hold_is_answered(worker: Phone, body: dict[str, object]) -> None:
    """With what the bot takes instead."""
    await worker.sends_raw(body)
    assert "照片、文字、语音" in worker.heard


async def test_a_file_too_big_is_refused_and_the_rest_kept(worker: Phone) -> None:
    """The limit, the advice, and the caption on the card."""
    await worker.sends_video(caption="停电录像", size=30_000_000)
    assert "20 MB" in worker.heard
    assert "停电录像" in worker.last().text


async def test_a_guest_reports_through_a_card_and_sees_only_their_own(stranger: Phone, store: FakeStore) -> None:
    """Marked for the clerk; another project is out of reach."""
    await report(stranger)
    assert store.issue("XM-2026-0001").unverified_reporter
    await stranger.sends("/my")
    assert "XM-2026-0001" in stranger.heard
    await stranger.sends("停水")
    await stranger.presses("项目")
    assert [b for b in stranger.buttons if "返回" not in b] == ["POCT产业园A地块"]


async def test_service_messages_are_left_alone(worker: Phone) -> None:
    """Nobody asked anything."""
    await worker.sends_raw({"message_auto_delete_timer_changed": {"message_auto_delete_time": 5}})
    assert worker.heard == ""


async def test_a_draft_survives_other_conversations(worker: Phone, world: World, city: City) -> None:
    """Commands in between don't close it."""
    await worker.sends("停电")
    await worker.sends("/my")
    await worker.sends("在三号楼")
    assert "停电\n在三号楼" in worker.screen()


async def test_a_guests_words_at_the_chooser_are_part_of_the_report(stranger: Phone) -> None:
    """Their chooser asks for no words: they have the projects they scanned."""
    await stranger.opens("c_card-P002")
    await stranger.sends_photo()
    await stranger.presses("项目")
    await stranger.sends("三号楼停电")
    assert "三号楼停电" in stranger.last().text
    assert "POCT产业园A地块" in stranger.buttons


async def test_a_refused_press_draws_only_the_pressed_card(world: World, worker: Phone, clerk: Phone) -> None:
    """Nothing changed for anybody else."""
    await clerk.sends("/desk")
    await report(worker)
    await worker.presses_again()
    assert worker.room.heard
    assert clerk.heard == ""


async def test_a_photo_that_is_lost_is_said_on_the_draft(world: World, worker: Phone, store: FakeStore) -> None:
    """While it can still be sent again with the rest."""
    await worker.sends_photo(caption="停电")
    [media] = store.tables.media
    async with world.turns.begin() as turn:
        lost = await turn.uow.evidence.missing(media, "gone")
        assert lost.draft is not None
        await drafts.show(turn, await turn.uow.drafts.get(lost.draft))
    await world.deliver()
    assert "其中缺失：1 份" in worker.last().text


async def test_a_draft_says_what_its_category_asks_for(world: World, worker: Phone) -> None:
    """A hint, gone once it is there; submitting needs it not."""
    policy = world.turns.policy
    rules = replace(policy.categories[Category.POWER], fields=(Field.PHOTO, Field.PLACE))
    world.turns.adopt(replace(policy, categories={**policy.categories, Category.POWER: rules}), world.turns.calendar)
    await worker.opens("c_card-P002")
    await worker.sends("3号塔吊停电")
    assert "宜补充：照片、位置" in worker.last().text
    await worker.sends_photo()
    assert "宜补充：位置" in worker.last().text
    await worker.presses("提交")
    assert "已上报" in worker.last().text
