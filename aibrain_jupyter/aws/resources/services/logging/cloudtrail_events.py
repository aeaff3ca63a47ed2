"""CloudTrail's events."""

import datetime as dt
from typing import Final

from aibrain_jupyter.aws.cloudtrail.params import PARAMS
from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.shapes import flag, nested, text, time

EVENTS: Final = written(
    "cloudtrail",
    "events",
    "CloudTrail's events of 90 days or, from a trail's files, older: who, what, when, where.",
    (
        time("event_time", "when it happened, UTC; NaT: the event does not say"),
        text("event_id", "id of the event; NA: events of the first version have none"),
        text("event_name", "operation"),
        text("event_source", "service, such as iam.amazonaws.com"),
        text("event_category", "Management, Data, NetworkActivity or Insight"),
        text("event_type", "AwsApiCall, AwsConsoleSignIn, AwsServiceEvent, …"),
        flag("is_read_only", "whether it only read; NA: not said"),
        text(
            "user_name",
            "who did it: user, root, or the session of a role; NA: a service or another account",
        ),
        text("user_type", "Root, IAMUser, AssumedRole, AWSService, AWSAccount, …"),
        text("principal", "ARN of who did it; NA: a service, or a sign-in that failed"),
        text("principal_account", "account of who did it; NA: a service"),
        text("role", "ARN of the role behind the session; NA: no role"),
        text("invoked_by", "service that did it for somebody; NA: nobody in between"),
        text("access_key_id", "access key it was done with; NA: none"),
        flag(
            "used_mfa",
            "whether the session, or the sign-in to the console, used AWS's MFA; NA: not said; "
            "that of an identity provider is not seen here",
        ),
        text("source_ip", "address it came from, or the service"),
        text("user_agent", "program it was done with"),
        flag("is_failed", "whether it was refused or went wrong, a failed sign-in included"),
        text("error_code", "error; NA: it worked, or is a sign-in (see is_failed)"),
        text("error_message", "what the service said of the error; NA: nothing"),
        nested(
            "resources",
            "resources it was about: names and ARNs; from log files ARNs only, and for most "
            "management events none (see request_parameters)",
        ),
        nested("request_parameters", "what was asked for, secrets hidden; NA: nothing"),
        text("recipient_account", "account whose log has the event"),
        text("read_from", "LookupEvents, or the log file as s3://bucket/key"),
    ),
    ("cloudtrail:LookupEvents", "cloudtrail:DescribeTrails", "s3:ListBucket", "s3:GetObject"),
    traps=(
        "LookupEvents answers two requests a second and 50 events each: give a period.",
        "A call may take an hour; what it could not read by then is a gap: --timeout 6h.",
        "What is older than 90 days is in log files, often in a bucket of another account.",
        "Log files encrypted with a KMS key also need kms:Decrypt on that key.",
        "The newest events are missing: it takes CloudTrail minutes to have them.",
        "A log file has what its trail records: see management_events of cloudtrail_trails.",
        "Files delivered more than a day after the period are not looked for.",
    ),
    params=PARAMS,
    check="aibrain_jupyter.aws.cloudtrail.asked:asked_for",
    needs="aibrain_jupyter.aws.cloudtrail.asked:permissions_of_events",
    reads_period=True,
    timeout=dt.timedelta(hours=1),
    code=f"{__package__}.cloudtrail_events_export:export_cloudtrail_events",
    key=("event_id",),
)
