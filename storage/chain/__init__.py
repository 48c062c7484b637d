"""The past stays as it was written: sealed line by line, refused to change, verified."""
