"""Who is who to the office, who is there for an issue, and who may be told what."""
