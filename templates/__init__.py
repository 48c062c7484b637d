"""The words of the product: one Jinja2 file per message kind beside this one, and its catalogues under `locale/`."""

from pathlib import Path

FOLDER = Path(__file__).parent
LOCALES = FOLDER / "locale"
