"""The weekly digest as PDF, read back as its reader would."""

import io
import subprocess
import sys
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from bot.paper.digest import RUNGS, pdf
from bot.policy_checks import PLACES

XIAMEN = ZoneInfo("Asia/Shanghai")
TALLY = {"collected": 128, "solved": 97, "overdue": 3, "rate": 75.8}
LINE = {"number": "XM-2026-0012", "project": "翔安新城", "unit": "市供电公司", "assignee": "王建国", "days": 5}
LINE |= {"due_at": "2026-11-20T16:00:00+08:00", "rung": "head", "nudged": 2}
HOSTILE = (
    '#read("/etc/passwd")',
    "<script>alert(1)</script>",
    r"a\b\\c #\n \u{41}",
    '"}) #panic("no") //',
    "$x$ *b* _i_ `c` = h @ref <label>",
)


def facts(*overdue: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As `bot.services.digests.digests.facts_of` gives them."""
    return {
        "scope": "city",
        "scope_name": "",
        "week_start": "2026-11-20T16:00:00+08:00",
        "week_end": "2026-11-27T15:59:59+08:00",
        "made_at": "2026-11-27T16:00:00.123456+08:00",
        "collected": 128,
        "solved": 97,
        "open": 28,
        "overdue_count": len(overdue),
        "rate": 75.8,
        "this_week": {"new": 9, "solved": 11, "overdue": 2},
        "last_week": {"new": 7, "solved": 8, "overdue": 3},
        "by_category": [{"category": "power", **TALLY}],
        "by_unit": [{"name": "市供电公司", **TALLY}],
        "by_unit_more": 0,
        "overdue": list(overdue),
        "overdue_more": 0,
        **more,
    }


def read(made: bytes) -> tuple[int, str]:
    """How many pages, and their text without the places where it was broken."""
    assert made.startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(made)).pages
    text = "".join(page.extract_text() for page in pages)
    return len(pages), "".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ("项目之家周报", "全市", "逾期清单", "电力")),
        ("en", ("Weeklydigest", "Overdue,longestfirst", "Powersupply")),
    ],
)
def test_it_says_what_the_digest_says(language: str, said: tuple[str, ...]) -> None:
    """Every figure and name, in words of either language; the same facts give the same bytes."""
    made = pdf(facts(LINE), language, XIAMEN)
    pages, text = read(made)
    assert pages == 1
    for words in (*said, "128", "97", "75.8%", "XM-2026-0012", "翔安新城", "王建国"):
        assert words in text
    assert made == pdf(facts(LINE), language, XIAMEN)


def test_an_empty_week() -> None:
    """Nothing overdue is said in words."""
    assert "没有逾期" in read(pdf(facts(by_category=[], by_unit=[]), "zh", XIAMEN))[1]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text(name: str) -> None:
    """Whatever a name looks like to the typesetter, it is printed and never run."""
    line = {**LINE, "project": name, "unit": name, "assignee": name}
    _, text = read(pdf(facts(line, scope_name=name, by_unit=[{"name": name, **TALLY}]), "zh", XIAMEN))
    assert text.count("".join(name.split())) >= 5
    assert "root:" not in text


def test_long_words_stay_on_the_page() -> None:
    """A name without spaces is broken within its column, a very long one is cut: twenty of them take a few pages."""
    word = "W" * 5000
    line = {**LINE, "project": word, "unit": word, "assignee": word}
    pages, text = read(pdf(facts(*[line] * 20, scope_name="海" * 100 + "W" * 100), "zh", XIAMEN))
    assert 2 <= pages <= 6
    assert "W" * 50 in text
    assert text.count("W") <= 20 * 3 * 60 + 100


def test_every_rung_has_its_word() -> None:
    """Of whoever may stand on one."""
    assert set(RUNGS) == set(PLACES)


def test_nobody_pays_for_it_who_prints_nothing() -> None:
    """The running bot and the command line load the typesetter only for a PDF."""
    code = "import sys, bot.app, bot.cli; sys.exit('typst' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
