"""Weather, the clock, hostile words, reloads: what must not break."""

import json
import re
import urllib.request
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from bot.demo.tale import ZONE
from bot.sandbox.chats import Post
from tests.page.conftest import Theatre
from tests.page.wall import CLERK, WORKER, Wall

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>document.title='gone'</script>",
    '[x](javascript:alert(1)) javascript:alert(2) https://example.com/"onmouseover=alert(3)',
    "无" * 4000,
    "m" * 900,
    "\u202eتجربة\u202c \u202e txt.exe \u0000",
    "Z̸̡̛" * 120,
    "{{7*7}} ${7*7} %s {0} \\u003cscript\\u003e",
]


def test_killed_while_people_write(wall: Wall, page: Page) -> None:
    """The bot is dead: what people send waits, with one tick; started again, everything is in the ledger."""
    wall.skip_tour()
    page.get_by_role("button", name="天气").click()
    page.get_by_role("button", name="拔掉机器人的电源").click()
    expect(page.locator("#weather .state")).to_contain_text("没在运行")
    worker = wall.phone(WORKER)
    for text in ("停电第一条", "停电第二条"):
        worker.writes(text)
    expect(worker.sees("停电第二条").locator(".tick.waits")).to_be_visible()
    expect(page.locator("[data-figure=waiting] strong")).not_to_have_text("0")
    page.get_by_label("回执丢失").check()
    page.get_by_label("被限流").check()
    page.get_by_role("button", name="重新启动机器人").click()
    expect(page.locator("[data-figure=waiting] strong")).to_have_text("0", timeout=30_000)
    expect(worker.sees("停电第二条").locator(".tick.waits")).to_have_count(0)
    for switch in ("回执丢失", "被限流"):
        page.get_by_label(switch).uncheck()
    worker.sees("草稿")
    figures = wall.figures()
    assert figures["said"] == figures["taken"]
    worker.presses("取消")


ORDINARY = datetime(2026, 10, 12, 9, 10, tzinfo=ZONE)  # a Monday; no Friday of the weeks from then on is a holiday


def test_the_clock_to_friday(wall: Wall, page: Page, theatre: Theatre) -> None:
    """A group subscribes in a week without holidays; Friday at 16:00 its digest is there, as a rich message."""
    wall.skip_tour()
    clerk = wall.phone(CLERK)
    clerk.opens("重点项目工作群")
    show = theatre.show
    theatre.run(lambda: show.world.clock.set(max(show.now(), ORDINARY)))
    if not theatre.run(lambda: show.world.chats[show.cast.group.id].present(show.world.bot_id)):
        clerk.node.get_by_role("button", name="更多").first.click()
        wall.choose("把机器人拉进群")
    clerk.writes("/subscribe city fri 16:00")
    clerk.sees("本群已订阅周报")
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="到周五16:00").click()
    expect(page.locator(".now")).to_contain_text(re.compile("星期五 16:0"))
    expect(clerk.sees("项目之家周报").locator("table").first).to_be_visible()
    if (folded := clerk.node.locator("summary")).count():  # there is something to tell apart
        folded.first.click()
    page.get_by_role("button", name="+1小时").click()
    expect(page.locator(".now")).to_contain_text(re.compile("星期五 17:0"))
    page.get_by_role("button", name="下一工作日").click()
    expect(page.locator(".now")).to_contain_text(re.compile("星期[一二三四五六日] 09:0"))


def test_hostile_names_and_words(wall: Wall, page: Page, theatre: Theatre) -> None:
    """Nothing runs, nothing hides, no phone grows: in bubbles, lists, heads, quotations and behind the glass."""
    wall.skip_tour()
    name = "<b onclick=alert(1)>\u202e" + "名" * 40
    head = theatre.ask(theatre.show.stage.world.user(name)).profile
    page.evaluate("location.reload()")
    page.wait_for_selector("body[data-ready]")
    group = theatre.ask(
        theatre.show.stage.world.group(HOSTILE[0] * 3, [theatre.show.cast.worker], owner=theatre.show.cast.clerk)
    )
    title = page.title()
    worker = wall.phone(WORKER)
    worker.opens("onerror")
    theatre.ask(theatre.show.stage.world.act("add_member", chat=group.id, user=head["id"]))
    for text in HOSTILE:
        theatre.ask(theatre.show.stage.world.act("send_text", chat=group.id, user=head["id"], text=text))
    worker.sees("{{7*7}}")
    page.get_by_role("button", name="台账内部").click()
    expect(page.locator("#inside tbody, #inside .empty").first).to_be_visible()
    assert page.title() == title
    assert page.locator("article script, article img[src=x], [onclick], [onerror], [onmouseover]").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert worker.node.evaluate("node => Math.round(node.getBoundingClientRect().width)") == 372
    assert worker.node.locator(".messages").evaluate("node => node.scrollWidth <= node.clientWidth")
    worker.opens("项目之家")


def test_reload_at_any_moment(wall: Wall, page: Page) -> None:
    """Phones stay where they were; a reload between typing and sending sends nothing twice."""
    wall.skip_tour()
    worker = wall.phone(WORKER)
    worker.opens("重点项目工作群")
    for n in range(3):
        worker.writes(f"重载第{n}次")
        page.reload(wait_until="commit")
        page.wait_for_selector("body[data-ready]")
        expect(worker.node.locator(".title")).to_contain_text("重点项目工作群")
        expect(worker.node.locator("article", has_text=f"重载第{n}次")).to_have_count(1)
    worker.opens("项目之家")


def test_thousands_of_messages(wall: Wall, page: Page, theatre: Theatre) -> None:
    """A chat of 5,000 among 50: the page holds a window of it, goes back quickly and forward again."""
    wall.skip_tour()
    show = theatre.show
    groups = [theatre.ask(show.stage.world.group(f"历史群{n}", [show.cast.worker])) for n in range(50)]

    def fill() -> None:
        for group in groups:
            chat = show.world.chats[group.id]
            author = show.cast.clerk.profile
            for number in range(1, (5_000 if group is groups[0] else 200) + 1):
                body = {"message_id": number, "from": author, "chat": chat.head, "date": 1_790_000_000 + number * 60}
                chat.posts[number] = Post(body | {"text": f"第{number}条：{'混凝土浇筑' * (number % 9)}"}, by_bot=False)
            chat.next_id = number + 1

    theatre.run(fill)
    page.reload()
    worker = wall.phone(WORKER)
    worker.opens("历史群0")
    worker.sees("第5000条")
    frames = page.evaluate(
        """async () => {
            const list = document.querySelector('.phone .messages');
            const slow = [];
            for (let n = 0; n < 25; n++) {
                const began = performance.now();
                list.scrollTop = 0;
                await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
                slow.push(performance.now() - began);
                await new Promise((go) => setTimeout(go, 60));
            }
            return { slow: slow.sort((a, b) => a - b), bubbles: list.querySelectorAll('article').length };
        }"""
    )
    assert frames["bubbles"] <= 200
    assert frames["slow"][len(frames["slow"]) // 2] < 250  # ms, on a busy machine
    expect(worker.node.locator("article", has_text="第5000条")).to_have_count(0)
    worker.node.get_by_role("button", name="到最新").click()
    worker.sees("第5000条")
    worker.opens("项目之家")


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=lambda headers: next(iter(headers)),
)
def test_foreign_pages_are_refused(theatre: Theatre, headers: dict[str, str]) -> None:
    """Neither the demo's server nor the sandbox behind it answers a page of another site."""
    for url in (f"{theatre.url}api/state", f"{theatre.show.stage.sandbox.url}/sandbox/users"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10)  # noqa: S310 - our own
        assert refused.value.code == 403
        assert "error" in json.loads(refused.value.read())
