"""Scripts that measure; each prints a table, and says what stands beside what."""
