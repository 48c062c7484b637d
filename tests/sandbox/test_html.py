"""`parse_mode=HTML` reads as Telegram reads it."""

import pytest

from bot.sandbox.entities import formatted, parse_html
from bot.sandbox.errors import ApiError, Json
from bot.sandbox.text import part, units


def entity(kind: str, offset: int, length: int, **facts: object) -> Json:
    """An expected entity."""
    return {"type": kind, "offset": offset, "length": length, **facts}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>bold</b>", "bold", [entity("bold", 0, 4)]),
        ("<strong>a</strong><em>b</em>", "ab", [entity("bold", 0, 1), entity("italic", 1, 1)]),
        ("<b>x<i>y</i></b>", "xy", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<u>a</u><s>b</s>", "ab", [entity("underline", 0, 1), entity("strikethrough", 1, 1)]),
        ("1 &lt; 2 &amp;&amp; &quot;x&quot; &#8364; &#x4E2D; &nbsp;", '1 < 2 && "x" € 中 &nbsp;', []),
        ("<tg-spoiler>s</tg-spoiler>", "s", [entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [entity("spoiler", 0, 1)]),
        ("<blockquote>q</blockquote>", "q", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [entity("expandable_blockquote", 0, 1)]),
        ('<a href="https://a.cn/x?a=1&amp;b=2">l</a>', "l", [entity("text_link", 0, 1, url="https://a.cn/x?a=1&b=2")]),
        ('<a href="nonsense">l</a>', "l", []),
        ("<code>c</code>", "c", [entity("code", 0, 1)]),
        ("<pre>p</pre>", "p", [entity("pre", 0, 1)]),
        ('<pre><code class="language-py">p</code></pre>', "p", [entity("pre", 0, 1, language="py")]),
        ('<code class="x">c</code>', "c", [entity("code", 0, 1)]),
        (
            '<tg-time unix="1790000000" format="wDT">t</tg-time>',
            "t",
            [entity("date_time", 0, 1, unix_time=1790000000, date_time_format="wDT")],
        ),
        ('<tg-emoji emoji-id="5">👍</tg-emoji>', "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="5")]),
        ("😀<b>中文</b>", "😀中文", [entity("bold", 2, 2)]),
        ("<b></b>x", "x", []),
        ("<B>x</B>", "x", [entity("bold", 0, 1)]),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
        ("a > b", "a > b", []),
    ],
)
def test_markup_becomes_text_and_entities(source: str, text: str, entities: list[Json]) -> None:
    """Tags give entities counted in UTF-16 code units; references become characters."""
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<task>x</task>", 'Unsupported start tag "task" at byte offset 0'),
        ("中<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-time>x</tg-time>", 'Tag "tg-time" must have attribute "unix" at byte offset 0'),
        ('<tg-time unix="1" format="zz">x</tg-time>', 'Invalid date-time format in the tag "tg-time" at byte offset 0'),
    ],
)
def test_bad_markup_is_refused(source: str, reason: str) -> None:
    """The reason names the tag and where it stands, in bytes."""
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.description == f"Bad Request: can't parse entities: {reason}"


def test_white_space_is_cut_and_entities_move() -> None:
    """As Telegram does at both ends of a message."""
    assert formatted("  \n<b> hi </b> ", "HTML", None) == ("hi", [entity("bold", 0, 2)])


def test_links_and_commands_are_recognised() -> None:
    """Unasked, outside code and links."""
    text, found = formatted("/start@project_home_bot 看 https://a.cn/x #质量 @someone <code>/no</code>", "HTML", None)
    shown = [(e["type"], part(text, e["offset"], e["length"])) for e in found]
    assert shown == [
        ("bot_command", "/start@project_home_bot"),
        ("url", "https://a.cn/x"),
        ("hashtag", "#质量"),
        ("mention", "@someone"),
        ("code", "/no"),
    ]


def test_length_counts_utf16() -> None:
    """An emoji beyond the basic plane counts twice."""
    assert units("a😀中") == 4
