"""The first guess of what an obstacle is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.guessing import by_likeness, by_words
from bot.domain.issue import Category
from tests.fakes import a_policy

CATEGORIES = a_policy().categories


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三号塔吊停电", Category.POWER),
        ("POWER line is cut", Category.POWER),
        ("欠款的工程款没有付，工地也停电", Category.PAYMENT),
        ("今天天气好", None),
        ("", None),
    ],
)
def test_the_offices_words_decide(text: str, expected: Category | None) -> None:
    """In any case of letters; several or longer words outweigh a short one."""
    assert by_words(text, CATEGORIES) == expected


@given(st.text())
def test_any_text_gets_a_category_of_the_policy_or_none(text: str) -> None:
    """Hostile text is only text."""
    assert by_words(text, CATEGORIES) in {None, *CATEGORIES}


def test_issues_that_read_alike_vote_by_their_likeness() -> None:
    """Many weak ones say nothing; two good ones beat one."""
    power, payment = Category.POWER, Category.PAYMENT
    assert by_likeness([(power, 0.9), (payment, 0.6), (payment, 0.5)]) == payment
    assert by_likeness([(power, 0.1)] * 5) is None
    assert by_likeness([]) is None
