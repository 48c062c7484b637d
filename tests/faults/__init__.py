"""What is promised under kills, drops, floods and outages (seeded; `make faults` for the full figures)."""

import pytest

pytest.register_assert_rewrite("tests.faults.truth", "tests.faults.fleet")  # what fails there says what it saw
