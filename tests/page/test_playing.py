"""Free play: albums, files, places, presses by two at once, replies and edits, cards, groups, languages."""

from pathlib import Path

from playwright.sync_api import Page, expect

from bot.sandbox.pictures import site_photo
from tests.page.conftest import Theatre
from tests.page.wall import CLERK, WORKER, Wall


def test_an_album(wall: Wall, page: Page, tmp_path: Path) -> None:
    """Three pictures picked from files and one sentence become one mosaic, one draft, one issue with three photos."""
    wall.skip_tour()
    worker = wall.phone(WORKER)
    worker.scans("凤凰体育馆")
    for n in range(3):
        (tmp_path / f"{n}.jpg").write_bytes(site_photo(20 + n, 400, 300))
    worker.node.get_by_role("button", name="添加附件").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("dialog").get_by_role("button", name="相册照片").click()
    chooser.value.set_files([tmp_path / f"{n}.jpg" for n in range(3)])
    expect(worker.node.locator(".thumb")).to_have_count(3)
    worker.writes("看台渗水，三处")
    expect(worker.node.locator(".mosaic.n3").last).to_be_visible()
    worker.sees("照片：3 张")
    worker.presses("提交")
    expect(worker.sees("已上报 XM-2026-")).to_contain_text("凤凰体育馆")
    page.reload()
    expect(wall.phone(WORKER).node.locator(".mosaic.n3").last).to_be_visible()
    wall.phone(WORKER).sees("已上报 XM-2026-")


def test_two_clerks_at_once(wall: Wall, page: Page, second: Page, theatre: Theatre) -> None:
    """Both press 入账 on the same issue in the same moment: it is registered once, and both cards say so."""
    wall.skip_tour()
    worker = wall.phone(WORKER)
    worker.scans("会展五期")
    worker.writes("围挡倒了，占了半条路")
    worker.sees("草稿")
    worker.presses("提交")
    card = worker.node.locator("article", has_text="围挡倒了").filter(has_text="已上报 XM-2026-")
    number = card.inner_text().split()[1]
    page.get_by_role("button", name="添一部手机").click()
    wall.choose("尹若溪")
    other = wall.phone("尹若溪")
    other.writes(f"/issue {number}")
    other.key("入账")
    clerks = [wall.phone(CLERK), Wall(second).phone(CLERK)]
    keys = [phone.key("入账") for phone in (*clerks, other)]
    for key in keys:
        key.evaluate("node => setTimeout(() => node.click(), 400)")
    clerks[0].sees("已入账")
    other.sees("已入账")
    history = theatre.run(lambda: theatre.show.glass.rows("history"))["rows"]
    issue = theatre.run(lambda: theatre.show.glass.rows("issues"))["rows"][0]
    assert issue["number"] == number
    assert sum(row["action"] == "register" and row["after_status"] == "registered" for row in history) >= 1
    registered = [row for row in history if row["action"] == "register"]
    assert len({row["issue"] for row in registered}) == len(registered)


def test_words_files_and_places(wall: Wall, page: Page, tmp_path: Path) -> None:
    """A reply, an edit, a place, a voice, a document with a Chinese name to save, the camera's set, a paste."""
    wall.skip_tour()
    worker = wall.phone(WORKER)
    worker.writes("/help")
    worker.sees("/language").click(button="right")
    wall.choose("回复")
    expect(worker.node.locator(".above")).to_contain_text("回复 项目之家")
    worker.writes("东门路口积水")
    expect(worker.sees("东门路口积水").locator(".quoted")).to_be_visible()
    worker.sees("东门路口积水").click(button="right")
    page.get_by_role("dialog").get_by_role("button", name="编辑").click()
    worker.writes("西门路口积水")
    expect(worker.node.locator(".mine", has_text="西门路口积水").last).to_contain_text("已编辑")
    worker.attaches("位置")
    wall.choose("同翔高新城")
    expect(worker.node.locator(".map").last).to_contain_text("同翔高新城")
    worker.attaches("语音")
    wall.choose("发一段示例语音")
    expect(worker.node.locator("audio").last).to_be_visible()
    (tmp_path / "清单 1.txt").write_text("一", "utf-8")
    worker.node.locator("input[type=file]").set_input_files(tmp_path / "清单 1.txt")
    expect(worker.node.locator(".file").last).to_contain_text("清单 1.txt")
    with page.expect_download() as download:
        worker.node.locator(".file").last.click()
    assert download.value.suggested_filename == "清单 1.txt"
    worker.attaches("相机")
    page.get_by_role("dialog").get_by_role("button", name="照片 2", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="加入消息").click()
    expect(worker.node.locator(".thumb")).to_have_count(1)
    worker.node.get_by_role("button", name="发送").click()
    expect(worker.node.locator(".mosaic.n1").last).to_be_visible()
    worker.presses("取消")


def test_a_group_with_topics(wall: Wall, page: Page, theatre: Theatre) -> None:
    """Made on the wall, the bot brought in by hand, a topic opened; what is said in it stays in it, and so does its pin."""
    wall.skip_tour()
    page.get_by_role("button", name="建一个群").click()
    page.get_by_role("dialog").get_by_label("开启话题").check()
    page.get_by_role("dialog").get_by_role("textbox").fill("话题测试群")
    page.get_by_role("dialog").get_by_role("button", name="好").click()
    owner = wall.phone(WORKER)
    owner.node.get_by_role("button", name="更多").first.click()
    wall.choose("把机器人拉进群")
    owner.sees("项目之家加入了群聊")
    owner.node.get_by_role("button", name="更多").first.click()
    wall.choose("新话题")
    page.get_by_role("dialog").get_by_role("textbox").fill("思明区")
    page.get_by_role("dialog").get_by_role("button", name="好").click()
    owner.node.locator(".topics").get_by_role("button", name="思明区").click()
    owner.writes("只在思明区")
    owner.sees("只在思明区")
    theatre.run(lambda: _pin(theatre, "话题测试群", "只在思明区"))
    expect(owner.node.locator(".pinned")).to_contain_text("只在思明区")
    owner.node.locator(".topics").get_by_role("button", name="综合").click()
    expect(owner.node.locator("article", has_text="只在思明区")).to_have_count(0)
    expect(owner.node.locator(".pinned")).to_be_hidden()


def _pin(theatre: Theatre, group: str, text: str) -> None:
    """Somebody pins what was said there."""
    world = theatre.show.stage.sandbox.world
    chat = next(chat for chat in world.chats.values() if chat.head.get("title") == group)
    chat.pinned.append(next(post.id for post in chat.visible() if post.body.get("text") == text))
    world.feed.tell("pinned", chat.id)


def test_blocked_and_unblocked(wall: Wall, page: Page) -> None:
    """Who blocks the bot can't write to it until they let it in again."""
    wall.skip_tour()
    page.get_by_role("button", name="添一部手机").click()
    wall.choose("路人")
    stranger = wall.phone("路人甲")
    stranger.node.get_by_role("button", name="开始").click()
    stranger.sees("您好")
    stranger.node.get_by_role("button", name="更多").first.click()
    wall.choose("停用机器人")
    expect(stranger.node.get_by_role("textbox")).to_have_count(0)
    stranger.node.get_by_role("button", name="重新启用机器人").click()
    expect(stranger.node.get_by_role("textbox")).to_be_visible()
    stranger.node.get_by_role("button", name="命令菜单").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="/help")).to_be_visible()


def test_english(page: Page) -> None:
    """The page in English, remembered; the phone's own words follow the phone."""
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Project Home")
    expect(page.get_by_role("button", name="Add a phone")).to_be_visible()
    phone = page.get_by_role("region", name="雷万钧's phone")
    phone.get_by_role("button", name="更多").first.click()
    page.get_by_role("dialog").get_by_role("button", name="手机语言").click()
    expect(phone.get_by_role("textbox", name="Message…")).to_be_visible()
    phone.get_by_role("button", name="More").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Phone's language").click()
