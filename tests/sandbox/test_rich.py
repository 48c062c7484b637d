"""Rich messages: HTML becomes blocks; what Telegram doesn't know is refused."""

import pytest

from bot.sandbox.errors import ApiError, Json
from bot.sandbox.rich import flat, rich_message


def blocks(html: str) -> list[Json]:
    """The blocks of a rich message."""
    found: list[Json] = rich_message({"html": html})["blocks"]
    return found


def test_headings_paragraphs_and_styles() -> None:
    """Text nests; plain text alone is a string."""
    assert blocks("<h2>周报</h2><p>共 <b>3<i>!</i></b></p><hr/>") == [
        {"type": "heading", "text": "周报", "size": 2},
        {
            "type": "paragraph",
            "text": ["共 ", {"type": "bold", "text": ["3", {"type": "italic", "text": "!"}]}],
        },
        {"type": "divider"},
    ]


def test_text_between_blocks_is_a_paragraph() -> None:
    """White space between blocks is nothing."""
    kinds = [block["type"] for block in blocks("loose <b>text</b>\n<p>x</p>\n  <footer>f</footer>")]
    assert kinds == ["paragraph", "paragraph", "footer"]


def test_a_table() -> None:
    """Header cells, spans, alignment, caption."""
    html = (
        "<table bordered><caption>C</caption><tr><th>单位</th><th align='right'>件</th></tr>"
        "<tbody><tr><td colspan='2'>合计 <b>5</b></td></tr></tbody></table>"
    )
    table = blocks(html)[0]
    assert table["is_bordered"]
    assert table["caption"] == "C"
    assert table["cells"][0][1] == {"align": "right", "valign": "middle", "text": "件", "is_header": True}
    assert table["cells"][1][0]["colspan"] == 2
    assert flat([table]) == "C\n单位 | 件\n合计 5"


def test_details_lists_quotes_and_maps() -> None:
    """The blocks that hold blocks."""
    html = (
        "<details open><summary>更多</summary><ul><li>一</li><li><input type='checkbox' checked>二</li></ul></details>"
        "<ol start='3'><li>c</li></ol><blockquote>q<cite>who</cite></blockquote>"
        "<figure><tg-map lat='24.48' long='118.08' zoom='14'/><figcaption>厦门</figcaption></figure>"
        "<pre><code class='language-py'>a  b</code></pre>"
    )
    details, ordered, quote, chart, code = blocks(html)
    assert details["is_open"]
    assert details["blocks"][0]["items"][1]["is_checked"]
    assert ordered["items"][0]["value"] == 3
    assert quote["credit"] == "who"
    assert chart["caption"] == {"text": "厦门"}
    assert (code["text"], code["language"]) == ("a  b", "py")


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>x</div>", 'Unsupported start tag "div"'),
        ("<p>x", "Can't find end tag"),
        ("<p>x</b></p>", "Unmatched end tag"),
        ("x</p>", "Unexpected end tag"),
        ("<b><p>x</p></b>", 'Unexpected tag "p" inside "b"'),
        ("<td>x</td>", 'Unexpected tag "td" at the top level'),
        ("<table></table>", "must have rows"),
        ("<details>x</details>", 'must have a "summary"'),
        ("<table><tr><td align='middle'>x</td></tr></table>", 'Invalid attribute "align"'),
        ("<tg-map lat='x' long='1'/>", 'Invalid attribute "lat"'),
        ("<table><tr><td colspan='x'>x</td></tr></table>", 'Invalid attribute "colspan"'),
        ("<tg-map lat='1'/>", 'must have attribute "long"'),
        ("<tg-map lat='1' long='1' zoom='3'/>", "wrong location or zoom"),
        ("<img src='https://a.cn/b.jpg'/>", "failed to get HTTP URL content"),
        ("  ", "message text is empty"),
        ("<table><tr>" + "<td>x</td>" * 21 + "</tr></table>", "TABLE_COLUMNS_TOO_MUCH"),
        ("<p>" + "字" * 32_769 + "</p>", "message is too long"),
    ],
)
def test_what_is_refused(html: str, reason: str) -> None:
    """Unknown, unbalanced or misplaced tags, and too much of anything."""
    with pytest.raises(ApiError, match="Bad Request") as caught:
        blocks(html)
    assert reason in caught.value.description


def test_the_limits_themselves_pass() -> None:
    """20 columns and 32,768 characters."""
    assert blocks("<table><tr>" + "<td>x</td>" * 20 + "</tr></table>")
    assert blocks("<p>" + "字" * 32_768 + "</p>")


def test_one_source_only() -> None:
    """html or markdown, and the sandbox reads html."""
    for given in ({}, {"html": "x", "markdown": "x"}, {"markdown": "x"}):
        with pytest.raises(ApiError):
            rich_message(given)
