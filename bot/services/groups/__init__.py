"""Group chats: opening one to a scope, and reporting from it."""
