"""The clerks' side: what is decided about a case, from the queue to its end."""
