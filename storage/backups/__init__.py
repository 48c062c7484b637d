"""A copy of everything while others work with it, and the way back."""
