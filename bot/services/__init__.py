"""Use cases: each reads as a paragraph (load, check, change, save, tell), inside one transaction."""
