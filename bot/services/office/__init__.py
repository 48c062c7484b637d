"""The office itself: its sheets, rosters, units, invitations, rules, and what it keeps about people."""
