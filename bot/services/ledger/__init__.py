"""The ledger as a whole: lists and files."""
