"""The provider's answers as they are kept with a saved run: whole, provable, without secrets."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tracemalloc
from pathlib import Path

import pytest

from aibrain_jupyter.aws.answers.paging import call, pages
from aibrain_jupyter.aws.answers.secrets import revealed_names
from aibrain_jupyter.aws.clients.current_call import asking_for, aws_call
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.raw_answers import RawFolder

FUNCTION = {"FunctionName": "f", "Environment": {"Variables": {"DB_PASSWORD": "hunter2"}}}


@pytest.fixture
def raw(tmp_path):
    return RawFolder(tmp_path / "raw")


def lines(raw, number=0):
    with gzip.open(raw.folder / raw.files[number], "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_each_page_is_a_line_with_the_hash_of_what_came(ctx, raw, aws_replies):
    """The digest is of the body's bytes, so that who records the wire can compare."""
    bodies = [
        json.dumps({"Functions": [FUNCTION], "NextMarker": "m"}).encode(),
        json.dumps({"Functions": []}).encode(),
    ]
    for number, body in enumerate(bodies):
        aws_replies.reply(body, headers={"x-amzn-RequestId": f"id-{number}"})
    with raw:
        ctx.raw = raw.of_call(0)
        list(pages(ctx, "lambda", "list_functions", {}))

    found = lines(raw)
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [f["sha256"] for f in found]
    assert [len(body) for body in bodies] == [line["bytes"] for line in found]
    assert ["id-0", "id-1"] == [line["request"]["request_id"] for line in found]
    assert "f" == found[0]["answer"]["Functions"][0]["FunctionName"]
    assert {"Functions": []} == found[1]["answer"]


def test_secrets_are_hidden_unless_revealed_by_name(ctx, raw, aws_replies):
    """What a frame hides, the raw answer hides; what is revealed by name is in both."""
    function = {**FUNCTION, "Environment": {"Variables": {"DB_PASSWORD": "hunter2", "LEVEL": "x1"}}}
    aws_replies.reply({"Functions": [function]})
    aws_call(ctx).revealed = revealed_names(["LEVEL"])
    with raw:
        ctx.raw = raw.of_call(0)
        list(pages(ctx, "lambda", "list_functions", {}))

    variables = lines(raw)[0]["answer"]["Functions"][0]["Environment"]["Variables"]
    assert variables["DB_PASSWORD"].startswith("[hidden")
    assert "x1" == variables["LEVEL"]


def test_a_refusal_is_kept(ctx, raw, aws_replies):
    """What proves a gap, or that there is none, is an answer as well."""
    aws_replies.reply({"__type": "AccessDeniedException", "message": "not you"}, status=400)
    ctx.raw = raw.of_call(0)
    with raw, pytest.raises(PermissionDeniedError):
        call(ctx, "kms", "list_keys", {})

    [line] = lines(raw)
    assert (400, "not you") == (line["request"]["status"], line["answer"]["Error"]["Message"])


def test_a_stream_stays_unread(ctx, raw, aws_replies):
    """Its reader gets all of it; the line says that the contents are not here."""
    aws_replies.reply(b"contents", headers={"x-amz-request-id": "S3ID"})
    ctx.raw = raw.of_call(0)
    with raw, asking_for(ctx, also_allowed=frozenset({"s3:GetObject"})):
        body = ctx.client("s3").get_object(Bucket="logs", Key="k")["Body"]

    assert b"contents" == body.read()
    [line] = lines(raw)
    assert (None, None) == (line["sha256"], line["bytes"])
    assert "Body" not in line["answer"]


def test_nothing_is_added_after_the_end(ctx, raw, aws_replies):
    """A call that was given up goes on in its thread; files that were hashed do not change."""
    aws_replies.on("ListKeys", {"Keys": []})
    with raw:
        ctx.raw = raw.of_call(0)
        call(ctx, "kms", "list_keys", {})
    before = (raw.folder / raw.files[0]).read_bytes()
    call(ctx, "kms", "list_keys", {})

    assert before == (raw.folder / raw.files[0]).read_bytes()


def test_a_disk_that_cannot_be_written_costs_no_rows(ctx, tmp_path, aws_replies):
    """The call goes on; that the answers were not kept is said, and why."""
    (tmp_path / "file").write_text("")
    raw = RawFolder(tmp_path / "file" / "raw")
    aws_replies.reply({"Keys": [{"KeyId": "a"}]})
    with raw:
        ctx.raw = raw.of_call(0)
        answer = call(ctx, "kms", "list_keys", {})

    assert ["a"] == [key["KeyId"] for key in answer["Keys"]]
    assert "NotADirectoryError" in raw.fault
    assert {} == raw.files


def test_files_are_the_owners(ctx, raw, aws_replies):
    """0700 and 0600: answers are nobody else's business."""
    aws_replies.reply({"Keys": []})
    with raw:
        ctx.raw = raw.of_call(7)
        call(ctx, "kms", "list_keys", {})

    assert "0007.jsonl.gz" == raw.files[7]
    if os.name == "posix":
        modes = [path.stat().st_mode & 0o777 for path in (raw.folder, raw.folder / raw.files[7])]
        assert [0o700, 0o600] == modes


def test_memory_is_bounded_by_a_page(ctx, raw, aws_replies, request):
    """Many pages take no more memory than a few; with ``--full`` 1 GB of them."""
    is_full = request.config.getoption("--full")
    key = {"KeyId": "0" * 36, "KeyArn": "arn:aws:kms:us-east-1:123456789012:key/" + "0" * 36}
    page_bytes = 1_000_000 if is_full else 200_000
    body = json.dumps(
        {"Keys": [key] * (page_bytes // len(json.dumps(key))), "Truncated": True, "NextMarker": "m"}
    ).encode()
    wanted = (1 << 30 if is_full else 8_000_000) // len(body)
    numbers = iter(range(wanted))

    def answer(request):
        number = next(numbers)
        if number == wanted - 1:
            return {"Keys": [], "Truncated": False}
        return body.replace(b'"m"', b'"%d"' % number)

    aws_replies.on("ListKeys", answer)
    measure = resident if is_full else traced
    with raw:
        ctx.raw = raw.of_call(0)
        found = pages(ctx, "kms", "list_keys", {})
        for _ in range(5):
            next(found)
        before = measure()
        for page in found:
            del page
        grown = measure() - before

    assert grown <= (50 * page_bytes if is_full else 20 * page_bytes), grown
    assert (wanted, wanted) == (raw.of_call(0).pages, ctx.pages)


def traced():
    """Return the peak of traced memory since the last call, in bytes; begin on the first."""
    if not tracemalloc.is_tracing():
        tracemalloc.start()
        return 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def resident():
    """Return what the process holds in memory, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
