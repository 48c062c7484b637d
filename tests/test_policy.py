"""policy.toml: what the packaged one says, and how a wrong one is refused."""

from datetime import date, time
from pathlib import Path

import pytest

from bot.domain.ids import UnitCode
from bot.domain.issue import Category, Level
from bot.domain.policy import Field, Rung, WeekMoment, WeekStep
from bot.policy import PolicyError, load_policy
from bot.toml_lines import line_of


@pytest.fixture
def write(tmp_path: Path):
    """Write a policy file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "policy.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def problems(path: Path) -> list[str]:
    """What is wrong with a file, without its folder."""
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    return [problem.removeprefix(f"{path}").lstrip(",: ") for problem in refused.value.problems]


def test_packaged_figures():
    """The packaged policy holds the office's published defaults."""
    policy = load_policy()
    assert (policy.prefix, policy.timezone, policy.language) == ("XM", "Asia/Shanghai", "zh")
    assert policy.hours == ((time(9), time(12)), (time(14, 30), time(17, 30)))
    assert policy.level_days == {Level.A: 2, Level.B: 5, Level.C: 15}
    assert policy.reminder_days == (3, 1, 0)
    assert policy.ladder == (Rung(1, "head"), Rung(3, "district_leader"), Rung(5, "city_leader"), Rung(10, "auditor"))
    assert (policy.silence_days, policy.undo_minutes, policy.invitation_days) == (3, 10, 7)
    assert policy.digest == WeekMoment(4, time(16))
    assert policy.rich_messages
    assert policy.urgent_any_hour


def test_every_category_has_rules():
    """Each category but 'other' has words to be known by, in Chinese and English, and no unit: codes differ by city."""
    policy = load_policy()
    assert set(policy.categories) == set(Category)
    for category, rules in policy.categories.items():
        assert rules.unit is None
        if category is not Category.OTHER:
            assert any(word.isascii() for word in rules.words)
            assert any(not word.isascii() for word in rules.words)


def test_no_word_belongs_to_two_categories():
    """A word that names two categories would name neither."""
    words = [word for rules in load_policy().categories.values() for word in rules.words]
    assert len(words) == len(set(words))


def test_version_changes_with_file_and_settings(write):
    """Whatever decides changes the version: a value of the file, or a setting that wins over it."""
    versions = {
        load_policy().version,
        load_policy(write("[levels]\nA = 1\n")).version,
        load_policy(write("[categories.power.days]\nA = 1\n")).version,
        load_policy(timezone="Asia/Urumqi").version,
    }
    assert len(versions) == 4


def test_version_stays_while_the_rules_do(write):
    """Comments, the order of lines and values that say what is so anyway decide nothing."""
    same = "# ours\n[levels]\nB = 5\nA = 2 # two\n"
    assert load_policy(write(same)).version == load_policy().version


def test_a_category_has_days_of_its_own(write):
    """They beat the level's, for the levels that are named."""
    policy = load_policy(write("[categories.power]\ndays = { A = 1 }\n"))
    assert policy.days(Category.POWER, Level.A) == 1
    assert policy.days(Category.POWER, Level.B) == 5
    assert policy.days(Category.OTHER, Level.A) == 2


def test_fields_week_and_quiet_days(write):
    """What a report should have, when the week's steps fall due, and the days on which nobody is reminded."""
    policy = load_policy(
        write(
            '[categories.payment]\nfields = ["place", "photo"]\n[week]\nclear = "tue 10:30"\n'
            "[reminders]\nquiet_days = [2027-06-07]\n"
        )
    )
    assert policy.categories[Category.PAYMENT].fields == (Field.PHOTO, Field.PLACE)
    assert policy.week[WeekStep.CLEAR] == WeekMoment(1, time(10, 30))
    assert policy.week[WeekStep.REPORT] == WeekMoment(2, time(9))
    assert policy.quiet_days == {date(2027, 6, 7)}


def test_own_file_fills_up_from_the_packaged_one(write):
    """A city writes only what differs."""
    policy = load_policy(write('[office]\nprefix = "FZ"\n[categories.power]\nunit = "U04"\n'))
    assert policy.prefix == "FZ"
    assert policy.categories[Category.POWER].unit == UnitCode("U04")
    assert "停电" in policy.categories[Category.POWER].words
    assert policy.level_days[Level.C] == 15


def test_settings_win(write):
    """PROJECT_HOME_TIMEZONE and PROJECT_HOME_LOCALE beat the file."""
    path = write('[office]\ntimezone = "Asia/Shanghai"\nlanguage = "zh"\n')
    policy = load_policy(path, timezone="Europe/London", language="en")
    assert (policy.timezone, policy.language) == ("Europe/London", "en")


def test_overrides_of_the_calendar(write):
    """Days off and make-up days become one map, and a year can be declared complete."""
    policy = load_policy(
        write("[calendar]\ndays_off = [2027-01-01]\nworking_days = [2027-01-09]\ncomplete_years = [2027]\n")
    )
    assert policy.working_overrides == {date(2027, 1, 1): False, date(2027, 1, 9): True}
    assert policy.complete_years == {2027}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[office]\n\nprefix = "xm"\n', "line 3: office.prefix must be one to eight capital letters, e.g. XM"),
        (
            '[office]\ntimezone = "Mars"\n',
            'line 2: office.timezone must be the name of a time zone, e.g. "Asia/Shanghai"',
        ),
        ("[office]\ntimezone = 8\n", 'line 2: office.timezone must be the name of a time zone, e.g. "Asia/Shanghai"'),
        ('[office]\nlanguage = "fr"\n', 'line 2: office.language must be one of "zh", "en"'),
        ("[levels]\nA = 2\nB = -1\n", "line 3: levels.B must be a whole number from 0 to 365"),
        ("[levels]\nA = true\n", "line 2: levels.A must be a whole number from 0 to 365"),
        ('[messages]\nrich = "yes"\n', "line 2: messages.rich must be true or false"),
        (
            "[reminders]\ndays_before = 3\n",
            "line 2: reminders.days_before must be a list of whole numbers from 0 to 60, e.g. [3, 1, 0]",
        ),
        ('[digest]\nat = "25:00"\n', 'line 2: digest.at must be an hour and minute, e.g. "16:00"'),
        (
            '[digest]\nweekday = "friday"\n',
            'line 2: digest.weekday must be one of "mon", "tue", "wed", "thu", "fri", "sat", "sun"',
        ),
        (
            "[categories.power]\nwords = [1]\n",
            'line 2: categories.power.words must be a list of words, e.g. ["停电", "power"]',
        ),
        (
            '[calendar]\ndays_off = ["2027-01-01"]\n',
            "line 2: calendar.days_off must be a list of dates without quotation marks, e.g. [2027-01-01]",
        ),
        (
            "[calendar]\ncomplete_years = [27]\n",
            "line 2: calendar.complete_years must be a list of years from 2000 to 2100, e.g. [2027]",
        ),
        (
            "[categorys.power]\n",
            "line 1: categorys is not known here; allowed: office, calendar, levels, categories",
        ),
        ("[levels]\nD = 3\n", "line 2: levels.D is not known here; allowed: A, B, C"),
        (
            "[categories.power.days]\nD = 3\n",
            "line 1: categories.power.days must be days for levels A, B, C, e.g. { A = 1, B = 3 }",
        ),
        (
            "[categories.power]\ndays = { A = -1 }\n",
            "line 2: categories.power.days must be levels with a whole number from 0 to 365 each",
        ),
        (
            '[categories.power]\nfields = ["smell"]\n',
            'line 2: categories.power.fields must be a list of "photo", "place"',
        ),
        ('[desk]\ntopics = "unit"\n', 'line 2: desk.topics must be one of "issue", "category", "none"'),
        ("[desk]\nclaim_minutes = 1441\n", "line 2: desk.claim_minutes must be a whole number from 0 to 1440"),
        ('[week]\nreport = "9:00 wed"\n', 'line 2: week.report must be a weekday and an hour, e.g. "wed 09:00"'),
        ('[week]\nreport = "wed 24:00"\n', 'line 2: week.report must be a weekday and an hour, e.g. "wed 09:00"'),
        ("levels = 3\n", "line 1: levels must be a table with A, B, C"),
    ],
)
def test_refusals_name_line_and_what_is_allowed(write, text: str, said: str):
    """A wrong value is told with its line, its key, and what may stand there."""
    assert any(problem.startswith(said) for problem in problems(write(text)))


@pytest.mark.parametrize(
    "hours",
    ['["12:00-09:00"]', '["09:00-12:00", "11:00-17:00"]', "[]", '["nine to five"]', '["09:00"]', "9"],
)
def test_office_hours_are_in_order(write, hours: str):
    """Spans that overlap, run backwards or mean nothing are refused."""
    (problem,) = problems(write(f"[office]\nhours = {hours}\n"))
    assert problem.startswith("line 2: office.hours must be spans of a day in order")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ('days = 1\nwho = "auditor"', "line 5: ladder.2.days must be more days than the rung before"),
        (
            'days = 3\nwho = "mayor"',
            'line 6: ladder.2.who must be one of "head", "district_leader", "city_leader", "auditor"',
        ),
        ('days = 3\nwho = "head"', "line 6: ladder.2.who must be somebody who is not on the ladder yet"),
        ("days = 3", "line 4: ladder.2 must be exactly days and who"),
    ],
)
def test_the_ladder_rises(write, second: str, said: str):
    """Each rung has more days than the one before, and somebody new; the line of the wrong rung is named."""
    assert problems(write(f'[[ladder]]\ndays = 1\nwho = "head"\n[[ladder]]\n{second}\n')) == [said]


def test_all_problems_at_once(write):
    """Nobody mends a file one error at a time."""
    assert len(problems(write('[office]\nprefix = ""\nlanguage = "xx"\n[levels]\nA = "two"\nZ = 1\n'))) == 4


def test_a_day_is_off_or_worked(write):
    """A date in both lists contradicts itself."""
    (problem,) = problems(write("[calendar]\ndays_off = [2027-01-01]\nworking_days = [2027-01-01]\n"))
    assert problem == "line 3: calendar.working_days must not name 2027-01-01, which is in days_off too"


def test_not_toml(write):
    """The parser's own place is passed on."""
    (problem,) = problems(write("[office\n"))
    assert "line 1" in problem


def test_not_there(tmp_path: Path):
    """The variable that names the file is named."""
    (problem,) = problems(tmp_path / "absent.toml")
    assert "PROJECT_HOME_POLICY" in problem


def test_not_text(tmp_path: Path):
    """A file in another encoding is told as such."""
    path = tmp_path / "policy.toml"
    path.write_bytes("# 政策".encode("gb18030"))
    assert problems(path) == ["must be a text file in UTF-8"]


def test_line_of_what_has_no_line():
    """A key of an inline table is told by the line of the table."""
    assert line_of("a = 1\nb = { c = 1 }\n", ("b", "c")) == 2
    assert line_of("", ("b",)) == 1
