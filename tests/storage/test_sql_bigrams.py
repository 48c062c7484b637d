"""The pure part of the search index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.repositories.bigrams import bigrams, fold, grams, likeness, prefix_range


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电梯停运", {"电梯", "梯停", "停运", "运"}),
        ("A3", {"a3", "3"}),
        ("Ａ３", {"a3", "3"}),
        ("电，梯", {"电", "梯"}),
        ("", set()),
        ("！？ \n", set()),
    ],
)
def test_a_text_gives_pairs_within_its_runs(text: str, expected: set[str]) -> None:
    """Width and case make no difference; nothing spans a space or a sign; the last of a run stands alone."""
    assert grams(text) == expected


@given(st.text(), st.text(), st.text())
def test_what_a_text_contains_it_has_the_bigrams_of(before: str, word: str, after: str) -> None:
    """So that looking up the bigrams of a word finds every text with the word."""
    word = "".join(character for character in fold(word) if character.isalnum())
    if fold(word) == word:
        around = fold(f"{before} {word} {after}")
        if word in around:
            assert bigrams(word) <= grams(around)


@given(st.text(min_size=1))
def test_every_character_begins_a_gram(text: str) -> None:
    """So that single characters are found by a range of grams."""
    for character in (c for c in fold(text) if c.isalnum()):
        first, last = prefix_range(character)
        assert any(first <= gram <= last for gram in grams(text))


@given(st.sets(st.text()), st.sets(st.text()))
def test_likeness_is_mutual(one: set[str], other: set[str]) -> None:
    """Between 0 and 1, 1 for the same; the same both ways if all weigh the same."""
    assert likeness(dict.fromkeys(one, 3.0), other) == pytest.approx(likeness(dict.fromkeys(other, 0.5), one))
    assert 0 <= likeness(dict.fromkeys(one, 3.0), other) <= 1
    assert likeness(dict.fromkeys(one, 3.0), one) == pytest.approx(1 if one else 0)


def test_what_few_tell_weighs_more() -> None:
    """Sharing the rare half of a text is more than sharing the other."""
    wanted = {"塔吊": 4.0, "吊停": 4.0, "尽快": 1.0, "快协": 1.0}
    assert likeness(wanted, {"塔吊", "吊停"}) > likeness(wanted, {"尽快", "快协"}) > 0
