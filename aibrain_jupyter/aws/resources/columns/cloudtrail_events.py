"""Columns of CloudTrail's events."""

from __future__ import annotations

from aibrain_jupyter.shared.frames.columns import FLAG, NESTED, TEXT, TIME, Column

CLOUDTRAIL_EVENTS: tuple[Column, ...] = (
    Column("event_time", TIME, "when it happened, UTC; NaT: the event does not say"),
    Column("event_id", TEXT, "id of the event; NA: events of the first version have none"),
    Column("event_name", TEXT, "operation"),
    Column("event_source", TEXT, "service, such as iam.amazonaws.com"),
    Column("event_category", TEXT, "Management, Data, NetworkActivity or Insight"),
    Column("event_type", TEXT, "AwsApiCall, AwsConsoleSignIn, AwsServiceEvent, …"),
    Column("is_read_only", FLAG, "whether it only read; NA: not said"),
    Column(
        "user_name",
        TEXT,
        "who did it: user, root, or the session of a role; NA: a service or another account",
    ),
    Column("user_type", TEXT, "Root, IAMUser, AssumedRole, AWSService, AWSAccount, …"),
    Column("principal", TEXT, "ARN of who did it; NA: a service, or a sign-in that failed"),
    Column("principal_account", TEXT, "account of who did it; NA: a service"),
    Column("role", TEXT, "ARN of the role behind the session; NA: no role"),
    Column("invoked_by", TEXT, "service that did it for somebody; NA: nobody in between"),
    Column("access_key_id", TEXT, "access key it was done with; NA: none"),
    Column(
        "used_mfa",
        FLAG,
        "whether the session, or the sign-in to the console, used AWS's MFA; NA: not said; that of "
        "an identity provider is not seen here",
    ),
    Column("source_ip", TEXT, "address it came from, or the service"),
    Column("user_agent", TEXT, "program it was done with"),
    Column("is_failed", FLAG, "whether it was refused or went wrong, a failed sign-in included"),
    Column("error_code", TEXT, "error; NA: it worked, or is a sign-in (see is_failed)"),
    Column("error_message", TEXT, "what the service said of the error; NA: nothing"),
    Column(
        "resources",
        NESTED,
        "resources it was about: names and ARNs; from log files ARNs only, and for most management "
        "events none (see request_parameters)",
    ),
    Column("request_parameters", NESTED, "what was asked for, secrets hidden; NA: nothing"),
    Column("recipient_account", TEXT, "account whose log has the event"),
    Column("read_from", TEXT, "LookupEvents, or the log file as s3://bucket/key"),
)
