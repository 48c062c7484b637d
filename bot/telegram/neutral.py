"""People's own words made harmless for the text around them: no control characters, no reordering of what follows."""

import unicodedata

# explicit bidirectional controls (Unicode UAX 9), and the control characters that are not a line end or a tab
_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROL = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xFEFF])
_LINES = {0x0D: None, 0x2028: "\n", 0x2029: "\n"}
_DROPPED = {**_BIDI, **_CONTROL, **_LINES}
_ISOLATE, _END = "\u2068", "\u2069"


def clean(text: str) -> str:
    """The text without what could hide or reorder its neighbours."""
    return text.translate(_DROPPED)


def isolate(text: str) -> str:
    """Cleaned; right-to-left words are fenced in, so that numbers beside them keep their place."""
    text = clean(text)
    if text.isascii() or not any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text):
        return text
    return f"{_ISOLATE}{text}{_END}"
