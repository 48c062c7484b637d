"""Reads the office's sheets from files that anybody may have made: limits first, then the format, then headings and rows."""

from bot.sheets.reading import read_sheets
from bot.sheets.template import write_template

__all__ = ["read_sheets", "write_template"]
