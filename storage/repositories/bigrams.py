"""Character bigrams: how Chinese text is indexed and compared.

Two-character words (电梯, 停电) carry most of the meaning, and neither SQLite's nor PostgreSQL's trigrams find them. Text is
folded (width, case), cut into runs of letters and digits, and each run gives its pairs of neighbours; the last character
of a run stands alone, so that every character begins some gram and single characters can be looked up by prefix.
"""

import re
from collections.abc import Iterator, Mapping, Set
from operator import add
from unicodedata import normalize

_RUN = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"


def fold(text: str) -> str:
    """Without the differences of width and case."""
    return normalize("NFKC", text).casefold()


def grams(text: str) -> frozenset[str]:
    """What is indexed of a text: its bigrams, and the last character of each run."""
    runs = _RUN.findall(fold(text))
    return frozenset(gram for run in runs for gram in (*_pairs(run), run[-1]))


def bigrams(text: str) -> frozenset[str]:
    """The pairs only."""
    return frozenset(pair for run in _RUN.findall(fold(text)) for pair in _pairs(run))


def _pairs(run: str) -> Iterator[str]:
    """Each text that is compared in full is cut into them: this takes half of what `pairwise` and joining take."""
    return map(add, run, run[1:])


def prefix_range(character: str) -> tuple[str, str]:
    """[from, to] of all grams that begin with a character."""
    return character, character + _LAST


def likeness(wanted: Mapping[str, float], other: Set[str]) -> float:
    """Dice's coefficient of two sets of bigrams, 0..1, the wanted ones weighted; what only the other has weighs as much as they
    do in the mean. 0 if either is empty."""
    if not wanted or not other:
        return 0.0
    weight = sum(wanted.values())
    both = [wanted[gram] for gram in other if gram in wanted]
    shared = sum(both)
    return 2 * shared / (weight + shared + (len(other) - len(both)) * weight / len(wanted))
