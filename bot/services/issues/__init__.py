"""What every step of an issue shares: how it begins and ends, and the cards that show it."""
