"""A trial has nothing of the user's: no keys, no network, no files, and an end in time and room."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import pytest

from aibrain_jupyter.shared.base_tool import CallContext, Param
from aibrain_jupyter.shared.error_handler import CallCancelledError, InputError, ParameterError
from aibrain_jupyter.tool_executors.healing import trying
from aibrain_jupyter.tool_registry import get_tool_registry

CANARY = "C4n4ryNeverToBeSeen0123456789"
WORD = (Param("word", str, "which way"),)
SOURCE = """
    import json
    import os
    import socket
    import subprocess
    import sys
    import time
    from pathlib import Path

    def their_tool(ctx, word):
        a = {"Name": "ana"}
        if word == "wrong":
            return [{"name": a["name"]}]
        if word == "secrets":
            texts = [*map(repr, os.environ.items()), *map(str, sys.argv), repr(sys.path)]
            return [{"seen": True} for text in texts if "C4n4ry" in text] + [{"seen": False}]
        if word == "sleep":
            time.sleep(60)
        if word == "memory":
            return [{"size": len(bytearray(3 << 30))}]
        if word == "exit":
            os._exit(7)
        if word == "prints":
            print("{}" * 10_000)
            return [{"n": n} for n in range(3)]
        rows = [{"word": one, "refused": _refusal(one)} for one in word.split("|")]
        Path("refused.json").write_text(json.dumps(rows))
        return rows

    def _refusal(word):
        try:
            _do(word)
        except Exception as exc:
            return f"{type(exc).__name__}: {exc}"
        return ""

    def _do(word):
        kind, _, where = word.partition(" ")
        if kind == "connect":
            socket.create_connection(("127.0.0.1", int(where)), timeout=2)
        if kind == "resolve":
            socket.getaddrinfo("example.com", 80)
        if kind == "write":
            Path(where).write_text("x")
        if kind == "own":
            Path("own.txt").write_text("x")
        if kind == "read":
            Path(where).read_text()
        if kind == "remove":
            os.remove(where)
        if kind == "run":
            subprocess.run(["true"])
        if kind == "spawn":
            import multiprocessing
            context = multiprocessing.get_context(where)
            with context.Pool(1) as pool:
                pool.map(abs, [1])
        if kind == "threads":
            from concurrent.futures import ThreadPoolExecutor
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(abs, [1, 2]))
        if kind == "loop":
            import asyncio
            asyncio.run(asyncio.sleep(0))
        if kind == "boto":
            import boto3
            boto3.client("iam").list_users()
"""


@pytest.fixture
def tried(workshop):
    """Run one case of a tool that has a patch; return what came of the new source."""
    workshop.tool(SOURCE, params=WORD)
    workshop.proposed(workshop.fails(word="wrong"))

    def run(word, **more):
        tool = get_tool_registry().get_tool("test_tool")
        return tool(tool="their_tool", cases={"word": word}, **more).iloc[0]

    return run


def test_old_and_new_on_the_recorded_input(workshop):
    """Without cases the call that failed is tried again: the old source fails, the new one runs."""
    workshop.tool(SOURCE, params=WORD)
    from aibrain_jupyter.tool_registry import FailedCall

    failure = FailedCall({"word": "wrong"}, workshop.fails(word="wrong"))
    get_tool_registry().count_call("their_tool", has_failed=True, failure=failure)
    workshop.proposed()

    row = get_tool_registry().get_tool("test_tool")(tool="their_tool").iloc[0]

    assert ("failed: KeyError", "complete") == (row["old_outcome"], row["new_outcome"])
    assert 1 == row["new_rows"]
    assert '{"word": "wrong"}' == row["case"]
    assert "The new one runs" in row["difference"]
    assert row["new_seconds"] >= 0


def test_what_is_the_same_is_said_to_be(tried):
    """Rows and values of both are compared; what the tool prints disturbs nobody."""
    row = tried("prints")

    assert (3, "none: same rows, same values") == (row["new_rows"], row["difference"])


def test_nothing_of_the_environment_is_there(tried, monkeypatch):
    """No key, token, proxy or home of the user, and no variable that nobody put there."""
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GITHUB_TOKEN", "MY_OWN"):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:{CANARY}@proxy.example:1")

    row = tried("secrets")

    assert ("complete", 1) == (row["new_outcome"], row["new_rows"])


REFUSED = (
    *("resolve", "run", "write {home}/never.txt", "remove {home}/kept.txt", "boto", "spawn spawn"),
    *("spawn forkserver", "read {home}/.aws/credentials", "read /proc/{parent}/environ"),
)
LET = ("own", "threads", "loop", "read {home}/notes.txt")


def test_what_a_trial_may_do_and_may_not(tried, tmp_path, monkeypatch):
    """Names, programs, others' files, keys, processes without a guard: refused; the rest is let."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(CANARY)
    (home / "notes.txt").write_text("notes")
    (home / "kept.txt").write_text("kept")  # of the test: it must do no harm where the guard fails
    monkeypatch.setattr(Path, "home", lambda: home)
    found = _answers(monkeypatch)
    words = [word.format(home=home, parent=os.getppid()) for word in (*REFUSED, *LET)]

    row = tried("|".join(words))

    assert ("complete", len(words)) == (row["new_outcome"], row["new_rows"])
    assert 2 == len(found)
    for rows in found:
        assert words[: len(REFUSED)] == [one["word"] for one in rows if one["refused"]], rows
        assert CANARY not in str(rows)
    assert not (home / "never.txt").exists()
    assert (home / "kept.txt").exists()


def _answers(monkeypatch):
    """Keep what the tool of each trial returned: it is written where the trial may write."""
    found = []
    ended = trying._feed_and_wait

    def keep(ctx, process, task, until):
        own = ended(ctx, process, task, until)
        said = Path(json.loads(task)["folder"], "refused.json")
        found.append(json.loads(said.read_text()))
        return own

    monkeypatch.setattr(trying, "_feed_and_wait", keep)
    return found


def test_a_trial_reaches_no_server(tried):
    """A server that listens on this computer hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        tried(f"connect {server.getsockname()[1]}")
        with pytest.raises(TimeoutError):
            server.accept()


def test_time_is_limited(tried):
    """A source that does not end is ended."""
    row = tried("sleep", seconds=3)

    assert ("out of time", "out of time") == (row["old_outcome"], row["new_outcome"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit memory")
def test_memory_is_limited(tried):
    """A source that takes more than it may is refused it."""
    assert "out of memory" == tried("memory", mebibytes=2048)["new_outcome"]


def test_a_process_that_dies_is_an_outcome(tried):
    """Whatever ends the process ends the case, and nothing else."""
    assert "ended: exit code 7" == tried("exit")["new_outcome"]


def test_a_cancelled_trial_ends(tried):
    """Cancelling the call ends its process."""
    context = CallContext()
    context.cancelled.set()
    with pytest.raises(CallCancelledError):
        trying.try_tool(context, tool="their_tool", cases={"word": "sleep"})


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"seconds": 0}, ParameterError),
        ({"mebibytes": 1 << 40}, ParameterError),
        ({"cases": "word"}, ParameterError),
        ({"cases": []}, ParameterError),
        ({"cases": {"word": object()}}, ParameterError),
        ({"patch": "00000000"}, InputError),
    ],
)
def test_what_cannot_be_tried_is_refused_first(tried, more, error):
    """Limits, cases and hashes are looked at before a process is started."""
    with pytest.raises(error):
        get_tool_registry().get_tool("test_tool")(tool="their_tool", **more)


def test_a_tool_without_a_patch(workshop):
    """There is nothing to try: the step says how a patch is made."""
    workshop.tool(SOURCE, params=WORD)
    with pytest.raises(InputError, match="no patch"):
        get_tool_registry().get_tool("test_tool")(tool="their_tool")


ASKS = """
    import boto3

    def their_users(ctx):
        answer = boto3.client("iam", "us-east-1").list_users()
        return [{"name": user["Username"]} for user in answer["Users"]]
"""


@pytest.mark.slow
def test_the_demo_account_is_the_only_network(workshop, monkeypatch):
    """Where the demo runs a trial asks that, with its made-up key; what it knows stays apart."""
    from aibrain_jupyter.aws.clients.pool import ClientPool
    from aibrain_jupyter.demo.account import start_demo, stop_demo

    pool = ClientPool()
    demo = start_demo(pool)
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", demo.endpoint)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIADEMOPROD00000001")
        workshop.tool(ASKS, name="their_users", function="their_users")
        workshop.proposed(workshop.fails("their_users"), "their_users")
        row = get_tool_registry().get_tool("test_tool")(tool="their_users").iloc[0]
    finally:
        stop_demo(pool)

    assert ("failed: KeyError", "complete") == (row["old_outcome"], row["new_outcome"])
    assert row["new_rows"] > 0
    assert "demo account" == row["network"]


def test_a_trial_ends_with_its_parent(tried, monkeypatch):
    """A kernel that dies leaves no trial behind: the other end of the pipe is gone, so it ends."""
    ended = []

    def die(ctx, process, task, until):
        process.stdin.write(task + b"\n")
        process.stdin.close()
        ended.append(process.wait(60))
        return True

    monkeypatch.setattr(trying, "_feed_and_wait", die)
    tried("sleep")

    assert [3, 3] == ended
