"""The unit's side of a case, up to the reporter's word on its solution."""
