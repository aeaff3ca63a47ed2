"""The parameters of ``cloudtrail_events`` as data: reading them imports no SDK."""

from typing import Final

from aibrain_jupyter.shared.tools.params import Param

AUTO: Final = "auto"
LOOKUP: Final = "lookup"
FILES: Final = "s3"
MANAGEMENT: Final = "management"
DATA: Final = "data"
EVERY: Final = "all"

SELECTIONS: Final[tuple[Param, ...]] = (
    Param("event_name", str, "only this operation: ConsoleLogin", default=""),
    Param("event_source", str, "only this service: iam.amazonaws.com", default=""),
    Param("user_name", str, "only events of this user, root or role session", default=""),
    Param("access_key_id", str, "only events made with this access key", default=""),
    Param(
        "resource_name",
        str,
        "only events about this resource; in log files, events that name it anywhere",
        default="",
    ),
    Param("resource_type", str, "only resources of this type: AWS::IAM::User", default=""),
    Param("event_id", str, "only this event", default=""),
    Param("read_only", bool, "only events that read (true) or write (false)", default=None),
)
"""What LookupEvents can select by."""

PARAMS: Final[tuple[Param, ...]] = (
    Param(
        "source",
        str,
        "lookup: LookupEvents, 90 days; s3: log files; auto: files for what is older, or all if it "
        "is said where they are",
        default=AUTO,
        choices=(AUTO, LOOKUP, FILES),
    ),
    Param(
        "category",
        str,
        "management events, data events or all; data events are in log files only",
        default=MANAGEMENT,
        choices=(MANAGEMENT, DATA, EVERY),
    ),
    *SELECTIONS,
    Param("trail", str, "trail whose log files are read; none: every trail", default=""),
    Param("bucket", str, "bucket of the log files, instead of asking for trails", default=""),
    Param("prefix", str, "what stands before AWSLogs in that bucket", default=""),
    Param("organization", str, "id in the path of an organization trail: o-…", default=""),
    Param(
        "log_accounts",
        str,
        "accounts whose log files are read, in a central bucket; none: the account that is asked",
        default=(),
        many=True,
    ),
)
