"""The main job as a story, without token or network: a sandbox instead of Telegram, the real bot beside it, a virtual clock."""
