"""Write the documents that are made from the code."""

import asyncio

from tests.docs.pages import FOLDER, pages


def main() -> None:
    for name, text in asyncio.run(pages()).items():
        (FOLDER / name).write_text(text, "utf-8")
        print(f"docs/{name}")  # noqa: T201 - says what it wrote


if __name__ == "__main__":
    main()
