"""A server in a process of its own, which every SDK client of this one asks instead of AWS."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys


@contextlib.contextmanager
def asked_instead_of_aws(script, *words, env=os.environ):
    """
    Run a script that prints its address, and have this process and its children ask it.

    `words` are given to it. Yields the address.
    """
    command = [sys.executable, script, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:
        url = server.stdout.readline().strip()
        os.environ.update(
            AWS_ENDPOINT_URL=url,
            AWS_ACCESS_KEY_ID="AKIABENCHMARK",
            AWS_SECRET_ACCESS_KEY="none",
            AWS_REGION="us-east-1",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true",
            AWS_CONFIG_FILE=os.devnull,
            AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        )
        try:
            yield url
        finally:
            server.terminate()
