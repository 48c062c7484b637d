"""Documents made from the code: `python -m tests.docs` writes them (`make docs`), a test says when they are stale."""
