"""What the process offers over HTTP: Telegram's webhook, health, metrics."""
