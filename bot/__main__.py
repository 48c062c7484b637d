"""The console script `project-home`."""

from bot.cli import main

if __name__ == "__main__":
    main()
