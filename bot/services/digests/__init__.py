"""A scope in figures: the weekly digest, its preview, the board."""
