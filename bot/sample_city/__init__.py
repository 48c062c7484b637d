"""A city to try the bot with: its people are invented, its project names and districts are those of published projects."""

from pathlib import Path

FOLDER = Path(__file__).parent  # units.csv, projects.csv, people.csv: as `project-home import` reads them
