"""The sandbox itself: it refuses what Telegram refuses and takes what Telegram takes."""
