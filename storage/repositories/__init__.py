"""One part of the domain each, read and written inside one transaction."""
