"""`python -m bot.sandbox --port 8081`: a sandbox on its own."""

import argparse
import asyncio
import sys

from bot.sandbox.limits import Pace
from bot.sandbox.server import TOKEN, Sandbox


async def serve(port: int, token: str, *, unlimited: bool) -> None:
    """Until interrupted."""
    async with Sandbox(port=port, token=token, pace=Pace(enabled=not unlimited)) as sandbox:
        sys.stdout.write(f"Bot API: {sandbox.url}  token: {token}  clock: {sandbox.url}/clock\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A local, strict Bot API.")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--unlimited", action="store_true", help="never answer 429")
    options = parser.parse_args()
    try:
        asyncio.run(serve(options.port, options.token, unlimited=options.unlimited))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
