"""What is promised under kills, drops, floods and outages (seeded; `make faults` for the full figures)."""
