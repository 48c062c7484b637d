"""An S3 server for tests: rclone's, which installs from the package registry, keeps a folder and checks every signature."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUCKET = "photos"
KEY, SECRET = "test-key", "a-secret-of-the-test"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
_LISTENING = re.compile(r"Starting s3 server on \[(http://[\d.:]+)/\]")


@contextmanager
def server(root: Path, port: int = 0) -> Iterator[str]:
    """Its address; the bucket BUCKET is the folder of that name in `root`. Port 0: any that is free."""
    (root / BUCKET).mkdir(parents=True, exist_ok=True)
    rclone = Path(sys.executable).with_name("rclone")
    words = ("serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}", "--config", "", str(root))
    process = subprocess.Popen([rclone, *words], stderr=subprocess.PIPE, text=True)
    try:
        yield _address(process)
    finally:
        process.kill()
        process.communicate()


def bucket(address: str, prefix: str) -> str:
    """What a person would set as MEDIA_URL."""
    return f"s3://{BUCKET}/{prefix}?endpoint={address}"


def _address(process: subprocess.Popen[str]) -> str:
    said = ""
    for line in process.stderr or ():
        said += line
        if found := _LISTENING.search(line):
            return found[1]
    raise RuntimeError(f"no S3 server: {said}")
