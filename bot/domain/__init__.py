"""The office's rules: frozen dataclasses and pure functions. Imports the standard library and itself only."""
