"""What the bot may send, as it looks: rich messages, entities, times, buttons with styles, a keyboard, typing."""

import json
import urllib.request
from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import Theatre
from tests.page.wall import UNIT, Wall

RICH = """<h2>周报</h2><p>截至 <tg-time unix="1790557800" format="DT">x</tg-time>，<mark>重点</mark> <tg-spoiler>密</tg-spoiler></p>
<table bordered striped><caption>按类别</caption><tr><th>类别</th><th align="right">收集</th></tr>
<tr><td>&lt;b&gt;电力</td><td align="right">12</td></tr></table>
<details><summary>更多</summary><ul><li>一</li><li><input type="checkbox" checked>二</li></ul></details>
<tg-slideshow><tg-map lat="24.5" long="118.1"/><tg-map lat="24.6" long="118.2"/></tg-slideshow>
<blockquote>快<cite>某人</cite></blockquote><footer>完</footer>"""


def calls(theatre: Theatre, method: str, **params: Any) -> Any:
    """As the bot."""
    sandbox = theatre.show.stage.sandbox
    theatre.run(lambda: setattr(theatre.show.world.limits, "pace", type(theatre.show.world.limits.pace)(enabled=False)))
    request = urllib.request.Request(  # noqa: S310 - our own
        f"{sandbox.url}/bot{sandbox.token}/{method}", json.dumps(params).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own
        return json.loads(answer.read())["result"]


def test_a_rich_message(wall: Wall, theatre: Theatre) -> None:
    """Tables, details that open, a slideshow to step through, times in the reader's words, nothing as markup."""
    wall.skip_tour()
    unit = wall.phone(UNIT)
    calls(theatre, "sendRichMessage", chat_id=theatre.show.cast.assignee.id, rich_message={"html": RICH})
    message = unit.sees("按类别")
    expect(message.locator("table caption")).to_have_text("按类别")
    expect(message.locator("td").first).to_have_text("<b>电力")
    expect(message.locator("time.stamp")).to_contain_text("2026年9月28日")
    message.locator("summary").click()
    expect(message.locator("details li").last).to_contain_text("☑")
    expect(message.get_by_role("status")).to_have_text("第1张，共2张")
    message.get_by_role("button", name="下一张").click()
    expect(message.get_by_role("status")).to_have_text("第2张，共2张")
    expect(message.locator(".map:visible")).to_contain_text("24.60000")
    message.get_by_role("button", name="点开看").click()
    expect(message.locator(".revealed")).to_have_text("密")


def test_words_and_buttons(wall: Wall, theatre: Theatre) -> None:
    """Nested entities, styles, a link to the bot that opens here, an edit in place, a reply keyboard, typing."""
    wall.skip_tour()
    unit = wall.phone(UNIT)
    chat = theatre.show.cast.assignee.id
    text = (
        '<b>粗<i>斜</i></b> <code>XM-1</code> <a href="https://t.me/project_home_bot?start=x1">卡</a> <pre>一 二</pre>'
    )
    rows = [
        [
            {"text": "好", "callback_data": "x", "style": "success"},
            {"text": "坏", "callback_data": "y", "style": "danger"},
        ]
    ]
    sent = calls(
        theatre, "sendMessage", chat_id=chat, text=text, parse_mode="HTML", reply_markup={"inline_keyboard": rows}
    )
    message = unit.sees("粗斜")
    expect(message.locator("strong em")).to_have_text("斜")
    expect(message.locator(".key.success")).to_have_text("好")
    message.locator(".key.success").focus()
    calls(
        theatre,
        "editMessageText",
        chat_id=chat,
        message_id=sent["message_id"],
        text="改过了",
        reply_markup={"inline_keyboard": rows},
    )
    expect(unit.sees("改过了")).to_contain_text("已编辑")
    expect(unit.sees("改过了").locator(".key.success")).to_be_focused()
    calls(theatre, "sendChatAction", chat_id=chat, action="typing")
    expect(unit.node.locator(".subtitle")).to_have_text("正在输入…")
    keyboard = {"keyboard": [[{"text": "/help"}]], "resize_keyboard": True}
    calls(theatre, "sendMessage", chat_id=chat, text="选一个", reply_markup=keyboard)
    unit.node.locator(".reply-keyboard").get_by_role("button", name="/help").click()
    unit.sees("/language")
    calls(theatre, "sendMessage", chat_id=chat, text="收起", reply_markup={"remove_keyboard": True})
    expect(unit.node.locator(".reply-keyboard")).to_have_count(0)
    unit.presses("坏")
    expect(unit.node.locator(".key.turning")).to_have_count(0)
    calls(theatre, "deleteMessage", chat_id=chat, message_id=sent["message_id"])
    expect(unit.node.locator("article", has_text="改过了")).to_have_count(0)
