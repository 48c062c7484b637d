"""What time brings about: reminders, rungs, and what became of them."""
