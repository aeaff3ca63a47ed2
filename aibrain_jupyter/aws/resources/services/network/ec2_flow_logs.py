"""Flow logs."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import PAGE, count, tags, text, time

FLOW_LOGS: Final = declared(
    "ec2",
    "flow_logs",
    "Flow logs of VPCs, subnets and interfaces: traffic, destination, delivery.",
    (
        text("flow_log_id", "id of the flow log", "FlowLogId"),
        text("arn", "ARN of the flow log", "arn(here, 'ec2', 'vpc-flow-log', FlowLogId)"),
        text("resource_id", "VPC, subnet or interface it watches", "ResourceId"),
        text("status", "ACTIVE", "FlowLogStatus"),
        time("created", "when it was made, UTC", "CreationTime"),
        text("traffic", "ACCEPT, REJECT or ALL", "TrafficType"),
        text(
            "destination_type",
            "cloud-watch-logs, s3 or kinesis-data-firehose",
            "LogDestinationType",
        ),
        text("destination", "ARN it is delivered to", "LogDestination"),
        text("log_group", "CloudWatch log group; NA: delivered elsewhere", "LogGroupName"),
        text("delivery_status", "SUCCESS or FAILED", "DeliverLogsStatus"),
        text("delivery_error", "why delivery failed; NA: it did not", "DeliverLogsErrorMessage"),
        count("interval_s", "longest aggregation, seconds", "MaxAggregationInterval"),
        text("format", "fields of a record", "LogFormat"),
        tags("Tags"),
    ),
    (listing("ec2:DescribeFlowLogs", "FlowLogs", fixed=PAGE),),
)
