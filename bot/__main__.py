"""The console script `project-home`."""


def main() -> None:
    """Run the command line."""
