"""Count, list, count: the order, the second attempt, and what keeps a total from being told."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.resources.totals.counted import counted, counted_later
from aibrain_jupyter.aws.resources.totals.table import totals_of
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import CallCancelledError
from aibrain_jupyter.shared.tools.totals import Kind, Verdict

JOBS = find_resource("glue", "jobs")
_CONFIG = {"resourceCounts": [{"resourceType": "AWS::Glue::Job", "count": 2}]}


@pytest.fixture
def glue(aws_replies):
    """``glue(names, listed)``: ListJobs and GetJobs answer these, one list a request, in turn."""

    def glue(names, listed):
        turns = {"ListJobs": iter(names), "GetJobs": iter(listed)}
        aws_replies.on("ListJobs", lambda _: {"JobNames": list(next(turns["ListJobs"]))})
        aws_replies.on(
            "GetJobs", lambda _: {"Jobs": [{"Name": name} for name in next(turns["GetJobs"])]}
        )
        return aws_replies

    return glue


def count(ctx, resource=JOBS):
    return counted(resource, ctx, lambda: export_resource(resource, ctx))


def own(result):
    return result.totals[0]


def test_it_is_counted_before_and_after(ctx, glue):
    """The order is total, listing, total, and the requests are those of the call."""
    server = glue(["ab", "ab"], ["ab"])

    result = count(ctx)

    assert ["ListJobs", "GetJobs", "ListJobs"] == server.actions
    assert Verdict.MATCH is own(result).verdict
    assert (2, 2, 2) == (own(result).before, own(result).listed, own(result).after)
    assert {"glue:GetJobs": 1, "glue:ListJobs": 2} == dict(result.operations)
    assert () == result.gaps


def test_a_plain_export_costs_no_request_more(ctx, glue):
    """Without totals only the listing is asked."""
    server = glue([], ["ab"])

    result = export_resource(JOBS, ctx)

    assert ["GetJobs"] == server.actions
    assert () == result.totals


def test_a_change_while_it_is_collected_is_no_false_alarm(ctx, glue):
    """A job made between the two counts may be listed or not; nothing is asked again."""
    server = glue(["ab", "abc"], ["ab"])

    result = count(ctx)

    assert Verdict.CHANGED is own(result).verdict
    assert 3 == len(server.actions)
    assert () == result.gaps


def test_what_does_not_agree_is_listed_once_more(ctx, glue):
    """A lost row that comes back is no gap; that it was listed twice is said."""
    server = glue(["ab", "ab", "ab"], ["a", "ab"])

    result = count(ctx)

    assert ["ListJobs", "GetJobs", "ListJobs", "GetJobs", "ListJobs"] == server.actions
    assert ["a", "b"] == result.frame["job_name"].tolist()
    assert Verdict.MATCH is own(result).verdict
    assert "listed twice" in " ".join(result.notes)


def test_what_still_does_not_agree_is_a_gap(ctx, glue):
    """It names what is missing, and makes the result incomplete."""
    glue(["ab"] * 3, ["a", "a"])

    result = count(ctx)

    [gap] = result.gaps
    assert (Outcome.FAILED, "glue:ListJobs", "glue_jobs") == (gap.outcome, gap.operation, gap.item)
    assert "mismatch; 2 by glue:ListJobs, 1 listed; not listed: b" == gap.why


def test_a_refused_total_is_no_zero_and_the_next_counts(ctx, glue):
    """Where the best total is refused, the next one is asked; the reason is kept."""
    server = glue([], ["ab"])
    server.on("ListJobs", {"__type": "AccessDeniedException"}, status=400)
    server.on("GetDiscoveredResourceCounts", _CONFIG)

    total = own(count(ctx))

    assert (Kind.LAGGING, Verdict.MATCH_AS_OF, 2) == (total.kind, total.verdict, total.after)
    assert "config:GetDiscoveredResourceCounts" == total.source


def test_without_any_total_it_says_why(ctx, glue):
    """A refusal, and a type that Config does not record: neither is the number 0."""
    server = glue([], [""])
    server.on("ListJobs", {"__type": "AccessDeniedException"}, status=400)
    server.on("GetDiscoveredResourceCounts", {"totalDiscoveredResources": 0, "resourceCounts": []})

    total = own(count(ctx))

    assert (Verdict.NO_TOTAL, None, None) == (total.verdict, total.before, total.after)
    assert "Config counts no AWS::Glue::Job" in total.why
    assert "denied" in total.why
    assert not total.confirms_nothing_is_there


def test_truly_empty_off_and_denied_are_three_statements(ctx, aws_replies):
    """No rows: confirmed by a total of 0; because the service is off; because it was refused."""
    findings = find_resource("guardduty", "findings")
    said = []
    aws_replies.on("/detector/d1/findings", {"findingIds": []})
    statistics = "/detector/d1/findings/statistics"
    for detectors, refusal in ((["d1"], None), ([], None), (["d1"], 403)):
        aws_replies.on("/detector", {"detectorIds": detectors})
        answer = {"findingStatistics": {"groupedBySeverity": []}}
        denied = {"__type": "AccessDeniedException", "message": "no"}
        aws_replies.on(statistics, denied if refusal else answer, status=refusal or 200)
        total = own(count(ctx, findings))
        said.append((str(total.verdict), total.why[:18], total.confirms_nothing_is_there))

    assert [
        ("match", "", True),
        ("no independent total", "GuardDuty is off h", False),
        ("no independent total", "denied: Account 12", False),
    ] == said


def test_rows_saved_later_are_counted_once(ctx, glue):
    """A difference found later is to be explained, never a mismatch."""
    server = glue(["abc"], ["ab"])
    frame = export_resource(JOBS, ctx).frame

    total = counted_later(JOBS, ctx, frame)[0]

    assert ["GetJobs", "ListJobs"] == server.actions
    assert (Verdict.TO_EXPLAIN, ("c",)) == (total.verdict, total.missing)


def test_rows_without_their_names_are_not_counted(ctx, glue):
    """Where a column that is looked at was not collected, that is said, and nothing is asked."""
    server = glue([], ["ab"])
    frame = export_resource(JOBS, ctx).frame.drop(columns="job_name")

    [total] = counted_later(JOBS, ctx, frame)

    assert ["GetJobs"] == server.actions
    assert (Verdict.NO_TOTAL, "the rows have no job_name") == (total.verdict, total.why)


def test_the_columns_it_needs_are_collected(ctx, glue):
    """Whatever columns are chosen, what the totals look at is asked for as well."""
    glue(["ab", "ab"], ["ab"])
    ctx.columns = frozenset({"role"})

    result = count(ctx)

    assert Verdict.MATCH is own(result).verdict
    assert {"role", "job_name"} <= {*result.frame.columns}


def test_a_row_that_is_there_twice_is_found(ctx, glue):
    """Two rows that say all the same are a page that was read twice."""
    glue(["ab"] * 3, ["abb", "abb"])

    result = count(ctx)

    [doubled] = [t for t in result.totals if t.name == "rows that are there once"]
    assert (Verdict.MISMATCH, ("b",)) == (doubled.verdict, doubled.extra)
    assert Verdict.MATCH is own(result).verdict


def test_a_cancelled_call_ends(ctx, glue):
    """A total is no way around Cancel: the call ends, and is no missing total."""
    glue([], [])
    ctx.cancelled.set()

    with pytest.raises(CallCancelledError):
        count(ctx)


def test_quotas_may_leave_out_what_another_service_made(ctx, aws_replies):
    """A count of RDS that agrees without Neptune's is a match, and its scope says so."""
    clusters = [{"DBClusterArn": f"arn:{n}", "Engine": n} for n in ("neptune", "aurora-mysql")]
    total = totals_of(find_resource("rds", "clusters")).totals[0]
    assert {"engine": ("neptune", "docdb")} == dict(total.maybe_without)
    for used, verdict, scope in (
        (2, Verdict.MATCH, ""),
        (1, Verdict.MATCH, "without engine neptune, docdb"),
        (3, Verdict.MISMATCH, ""),
    ):
        aws_replies.on("DescribeDBClusters", _query("DescribeDBClusters", _clusters(clusters)))
        aws_replies.on("DescribeDBClusterParameters", _query("DescribeDBClusterParameters", ""))
        quota = f"<AccountQuotaName>DBClusters</AccountQuotaName><Used>{used}</Used>"
        quota = f"<AccountQuotas><AccountQuota>{quota}</AccountQuota></AccountQuotas>"
        aws_replies.on("DescribeAccountAttributes", _query("DescribeAccountAttributes", quota))

        found = own(count(ctx, find_resource("rds", "clusters")))

        assert (verdict, scope) == (found.verdict, found.scope)


def _clusters(records):
    items = "".join(
        "<DBCluster>" + "".join(f"<{k}>{v}</{k}>" for k, v in record.items()) + "</DBCluster>"
        for record in records
    )
    return f"<DBClusters>{items}</DBClusters>"


def _query(name, inner):
    return f"<{name}Response><{name}Result>{inner}</{name}Result></{name}Response>"
