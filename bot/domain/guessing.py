"""What an obstacle is probably about: a first guess that a person corrects with one press."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.domain.issue import Category
from bot.domain.policy import CategoryPolicy

ENOUGH = 0.25  # likeness below this says nothing about the category


def by_words(text: str, categories: Mapping[Category, CategoryPolicy]) -> Category | None:
    """The category whose words occur in the text, counted by their length (a longer word says more); None without any."""
    folded = text.casefold()
    weights = {
        category: sum(len(word) for word in set(policy.words) if word.casefold() in folded)
        for category, policy in categories.items()
    }
    best = max(weights, key=lambda category: weights[category], default=None)
    return best if best is not None and weights[best] else None


def by_likeness(alike: Sequence[tuple[Category, float]]) -> Category | None:
    """The category most issues that read alike have, each with its score (0..1) as its vote; None without any."""
    votes: Counter[Category] = Counter()
    for category, score in alike:
        if score >= ENOUGH:
            votes[category] += round(score * 100)
    return votes.most_common(1)[0][0] if votes else None
