"""A local, strict Bot API with people on the other end: for the demo, training and end-to-end tests.

`bot.sandbox.server.Sandbox` is the server, `bot.sandbox.client.People` the hands of those who use it (over HTTP, so
they work against a sandbox in another process too), `bot.sandbox.pictures` draws what they photograph.
"""
