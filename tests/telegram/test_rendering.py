"""Words and buttons of a message: escaping, languages, kinds and Telegram's limits."""

from enum import StrEnum
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from jinja2 import DictLoader, UndefinedError
from jinja2.exceptions import TemplateNotFound

from bot.domain.ids import MediaId
from bot.telegram import words
from bot.telegram.buttons import Button, OfDraft, Style
from bot.telegram.rendered import Album, File, Rich, Text, Toast
from bot.telegram.rendering import Renderer
from templates.catalogues import Catalogue, conflicts

TEMPLATES = {
    "a/name.html.j2": "{% trans %}Hello {{ name }}{% endtrans %}|{{ name }}",
    "a/trans.html.j2": "<b>{% trans %}Hello {{ name }}{% endtrans %}</b> 100%\n\n\n\n{{ _('Solved') }}   \n",
    "a/issue.html.j2": "{{ 'reported'|status }} {{ number|number }} {{ 'power'|category }} {{ at|when }} {{ at|day }}",
    "a/card.html.j2": "card",
    "a/card.rich.html.j2": "<table><tr><td>{{ n }}</td></tr></table>",
    "toast/done.html.j2": "{% trans %}Solved{% endtrans %} {{ name }}",
    "a/album.html.j2": "{{ words|clip(5) }}",
}
KEYBOARDS = {"a/card": lambda facts, _: [[Button(_("Solved"), OfDraft(draft=3, do="submit"), style=Style.PRIMARY)], []]}


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(ZoneInfo("Asia/Shanghai"), loader=DictLoader(TEMPLATES), keyboards=KEYBOARDS)


def test_values_are_escaped_inside_and_outside_sentences(renderer: Renderer) -> None:
    """A name that looks like HTML is shown, never obeyed."""
    text = renderer.render("a/name", {"name": "<b>&"}, "en")
    assert text == Text(("Hello &lt;b&gt;&amp;|&lt;b&gt;&amp;",), [])


def test_names_cannot_reorder_their_neighbours(renderer: Renderer) -> None:
    """Bidirectional controls vanish; right-to-left names are fenced in."""
    text = renderer.render("a/name", {"name": "a\u202eb\x00"}, "en")
    assert text == Text(("Hello ab|ab",), [])
    fenced = renderer.render("a/name", {"name": "שלום"}, "en")
    assert fenced == Text(("Hello \u2068שלום\u2069|\u2068שלום\u2069",), [])


def test_sentences_speak_the_readers_language(renderer: Renderer) -> None:
    """Chinese by the catalogue, English by the source; an unknown language reads as the office's."""
    assert renderer.render("a/trans", {"name": "x"}, "zh") == Text(("<b>Hello x</b> 100%\n\n已解决",), [])
    assert renderer.render("a/trans", {"name": "x"}, "en") == Text(("<b>Hello x</b> 100%\n\nSolved",), [])
    assert renderer.render("a/trans", {"name": "x"}, "fr") == renderer.render("a/trans", {"name": "x"}, "zh")


def test_filters_show_words_and_office_times(renderer: Renderer) -> None:
    """Enum values read as words, moments in the office's zone."""
    facts = {"number": "XM-2026-0001", "at": "2026-11-27T09:30:00+00:00"}
    assert renderer.render("a/issue", facts, "zh") == Text(
        ("已上报 <code>XM-2026-0001</code> 电力 11月27日 17:30 11月27日",), []
    )
    assert renderer.render("a/issue", facts, "en") == Text(
        ("Reported <code>XM-2026-0001</code> Power supply 11-27 17:30 11-27",), []
    )


def test_a_naive_moment_is_a_fault(renderer: Renderer) -> None:
    """A time without a zone would be shown in a wrong one."""
    with pytest.raises(ValueError, match="time zone"):
        renderer.render("a/issue", {"number": "x", "at": "2026-11-27T09:30:00"}, "zh")


def test_a_missing_fact_is_a_fault(renderer: Renderer) -> None:
    """Nothing is silently left empty."""
    with pytest.raises(UndefinedError):
        renderer.render("a/name", {}, "zh")
    with pytest.raises(TemplateNotFound):
        renderer.render("a/nothing", {}, "zh")


def test_keyboards_become_plain_data(renderer: Renderer) -> None:
    """Words translated, presses packed, empty rows left out."""
    text = renderer.render("a/card", {"n": 1}, "zh")
    assert text == Text(("card",), [[{"text": "已解决", "callback_data": "d:3:submit:", "style": "primary"}]])


def test_rich_comes_with_its_classic_text(renderer: Renderer) -> None:
    """Only where asked for, and only for kinds that have a rich template."""
    rich = renderer.render("a/card", {"n": 1}, "zh", rich=True)
    assert isinstance(rich, Rich)
    assert rich.html == "<table><tr><td>1</td></tr></table>"
    assert rich.classic.parts == ("card",)
    assert isinstance(renderer.render("a/trans", {"name": "x"}, "zh", rich=True), Text)


def test_toasts_are_plain_and_short(renderer: Renderer) -> None:
    """No tags, no entities, at most 200 units; the quiet one says nothing."""
    toast = renderer.render("toast/done", {"query": "7", "alert": True, "name": "<" * 300}, "zh")
    assert isinstance(toast, Toast)
    assert toast.text.startswith("已解决 <<<")
    assert len(toast.text) == 200
    assert toast.alert
    assert renderer.render("toast/quiet", {"query": "7"}, "zh") == Toast("7", "", alert=False)


def test_media_and_files_carry_a_caption(renderer: Renderer) -> None:
    """`media` and `file` facts make albums and documents; without a template there is no caption."""
    assert renderer.render("a/album", {"media": [3, 4], "words": "1234567"}, "zh") == Album(
        (MediaId(3), MediaId(4)), "1234…", []
    )
    assert renderer.render("a/none", {"file": "ab", "name": "l.xlsx"}, "zh") == File("ab", "l.xlsx", "", [])


def test_every_value_of_the_domain_has_its_word_in_chinese() -> None:
    """No table forgets a value, and none is untranslated."""
    catalogue = Catalogue.load("zh")
    for table in words.TABLES.values():
        enum = cast("type[StrEnum]", type(next(iter(table))))
        assert set(table) == set(enum)
        assert all(word in catalogue for word in table.values())


def test_rooms_do_not_contradict_each_other() -> None:
    """One source text has one translation, whichever catalogue file it stands in."""
    assert conflicts("zh") == []
    assert conflicts("en") == []
