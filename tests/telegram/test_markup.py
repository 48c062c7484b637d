"""Splitting and clipping Telegram's HTML."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram import markup

WORDS = st.text(alphabet="ab好😀&<> ", min_size=1, max_size=12)
LINES = st.lists(st.tuples(st.sampled_from(["", "b", "i", "code"]), WORDS), min_size=1, max_size=20)


class Balance(HTMLParser):
    """Fails on a tag that is closed twice or never."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(LINES, st.integers(2, 40))
def test_parts_are_short_balanced_and_lose_nothing(lines: list[tuple[str, str]], limit: int) -> None:
    """Whatever the text and the limit: each part fits and stands alone, and together they say it all."""
    source = (
        "<b>" + "\n".join(f"<{tag}>{escaped(text)}</{tag}>" if tag else escaped(text) for tag, text in lines) + "</b>"
    )
    parts = markup.split(source, limit)
    for part in parts:
        Balance(part)
        assert markup.units(markup.plain(part)) <= limit
    said = "".join(markup.plain(part) for part in parts)
    assert "".join(said.split()) == "".join(markup.plain(source).split())


def test_parts_end_at_line_borders() -> None:
    """A line is kept whole while it fits into a part, tags and all."""
    assert markup.split("aaaa\nbb <b>bb</b> b\ncc", 10) == ["aaaa", "bb <b>bb</b> b\ncc"]
    assert markup.split("<b>aaaa\nbbbb</b>", 5) == ["<b>aaaa</b>", "<b>bbbb</b>"]


def test_what_has_room_stays_as_it_was_written() -> None:
    """One part, to the letter; where there is nothing to read there is none."""
    assert markup.split('<a href="x">a</a> &quot;\n') == ['<a href="x">a</a> &quot;\n']
    assert markup.split("<b> </b>\n") == []


def test_lengths_are_counted_as_telegram_does() -> None:
    """UTF-16 units after entity parsing; no emoji is cut in half."""
    assert markup.units("😀a") == 3
    assert markup.clip("😀😀😀", 4) == "😀…"
    assert markup.split("&amp;" * 4096) == ["&amp;" * 4096]
    assert [markup.plain(part) for part in markup.split("😀😀", 3)] == ["😀", "😀"]


def test_captions_are_clipped_between_tags() -> None:
    """What doesn't fit is left out, with an ellipsis; what fits is untouched."""
    assert markup.clip_html("<b>ab</b>", 2) == "<b>ab</b>"
    assert markup.clip_html("<b>ab\ncd</b>", 4) == "<b>ab</b>…"
