"""From what a person sends to the ledger."""
