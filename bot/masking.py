"""Hides what must not be read over somebody's shoulder: tokens, passwords, invitation links, wherever they stand in a text."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "***"

_PATTERNS = (
    (re.compile(r"(?i)(/bot)\d+:[^/\s\"'<>]+"), rf"\1{HIDDEN}"),  # a Bot API address
    (re.compile(r"\b\d{5,}:[A-Za-z0-9_-]{20,}"), HIDDEN),  # a bot token by itself
    (re.compile(r"(://[^:/?#\s@]*):[^/\s\"'<>]+@"), rf"\1:{HIDDEN}@"),  # user:password@host
    (re.compile(r"(?i)\b(password|passwd|pwd|secret|secret_token|token|api_key)=[^&\s\"'<>]+"), rf"\1={HIDDEN}"),
    (re.compile(r"\bi_[A-Za-z0-9_-]{8,}"), f"i_{HIDDEN}"),  # an invitation: it binds an account
)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without anything that looks like a secret, and without these very ones, also as a URL or JSON writes them."""
    for secret in _spellings(secrets):
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _spellings(secrets: Iterable[str]) -> list[str]:
    """The longest first, so that none leaves a piece of another behind."""
    ways = {way for secret in secrets if secret for way in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])}
    return sorted(ways, key=len, reverse=True)
