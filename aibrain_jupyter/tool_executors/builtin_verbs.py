"""The verbs that the built-in providers bring: data, their code is imported when one is used."""

from typing import Final

from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb

_CODE: Final = "aibrain_jupyter.tool_executors.verbs"

BUILTIN_VERBS: Final = (
    Verb(
        name="profile",
        summary="the AWS profiles, and which of them runs use that name none",
        usage=("profile [list]", "profile use NAME", "profile reset"),
        run=f"{_CODE}.profile:profile",
        most_words=2,
        offers=f"{_CODE}.profile:offers",
    ),
    Verb(
        name="aws",
        summary="sign in to AWS IAM Identity Center here; then what failed for it is asked again",
        usage=("aws login [PROFILE]",),
        run=f"{_CODE}.aws:aws",
        most_words=2,
        offers=f"{_CODE}.aws:offers",
    ),
    Verb(
        name="patch",
        summary="changes to tools in this session: listed, put in force by hash, taken back",
        usage=("patch", "patch HASH", "patch TOOL --revert"),
        run=f"{_CODE}.patch:patch",
        most_words=1,
        offers=f"{_CODE}.patch:offers",
        options=(switch("--revert", "revert", "give the tool its author's source back"),),
    ),
    Verb(
        name="demo",
        summary="an embedded AWS account with invented data; no credentials needed",
        usage=("demo start [--later] [--granted]", "demo stop", "demo status"),
        run=f"{_CODE}.demo:demo",
        most_words=1,
        offers=f"{_CODE}.demo:offers",
        options=(
            switch("--later", "later", "with start: the same accounts one audit period later"),
            switch("--granted", "granted", "with start: no region is refused"),
        ),
    ),
    Verb(
        name="sharepoint_login",
        summary="sign in to SharePoint: by browser, an address to paste, or a device code",
        usage=(
            "sharepoint_login",
            "sharepoint_login --paste",
            "sharepoint_login --device",
            "sharepoint_login --forget",
        ),
        run=f"{_CODE}.sharepoint_login:sharepoint_login",
        options=(
            switch("--paste", "paste", "for a kernel elsewhere: paste the last page's address"),
            switch("--device", "device", "by a code that is entered on another device"),
            switch("--forget", "forget", "sign out: forget who signed in, and the token file"),
        ),
    ),
    Verb(
        name="aws_find",
        summary="the tools, then the reads of all AWS, that answer a question: a DataFrame",
        usage=("aws_find QUESTION", "aws_find QUESTION service=NAME"),
        run=f"{_CODE}.aws_find:aws_find",
        most_words=200,
        takes_pairs=True,
        asks=True,
        offers=f"{_CODE}.aws_find:offers",
    ),
    Verb(
        name="aws_policy",
        summary="the IAM policy that allows what tools or operations read, no more: JSON, a dict",
        usage=("aws_policy", "aws_policy TOOL … [--totals]", "aws_policy SERVICE:OPERATION …"),
        run=f"{_CODE}.aws_policy:aws_policy",
        most_words=200,
        offers=f"{_CODE}.aws_policy:offers",
        options=(switch("--totals", "totals", "also what control totals read"),),
    ),
)
"""In the order help shows them."""
