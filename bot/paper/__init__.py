"""Pages to print and to pass on: what the bot says, set as PDF. Loaded only by whoever asks for one."""
