"""
Which operations are reads: a rule on the verb, a reviewed list of exceptions on either side.

The rule alone is not safe. Of 8,419 operations with a reading verb some hand out credentials or
presigned links, some return data rather than configuration, a few change something; AWS's own
access levels call many of these "Read". They are refused here. Unknown means refused.

To allow a further read, add it to `_MORE_READS` with a reason a reviewer can follow; to refuse
one, add it to `_SENSITIVE`.
"""

from __future__ import annotations

import re
from typing import Final

from botocore import xform_name

_VERB: Final = re.compile(r"(list|describe|get|batch_get|search|lookup|head)(_|$)")
_HANDS_OUT: Final = re.compile(
    # Names under which credentials, tokens, passwords and presigned links are handed out.
    r"(batch_)?get_(.*_)?("
    r"tokens?(_(for|from)_.*)?"
    r"|credentials(_.*)?"
    r"|secret_values?"
    r"|password(_data)?"
    r"|(.*presigned.*|download_url.*|urls?|download_link)"
    r")"
)
_HARMLESS: Final = frozenset({"pricing:get_price_list_file_url", "sqs:get_queue_url"})

_SENSITIVE: Final = frozenset(
    {
        # Credentials, keys and links under other names.
        "appsync:list_api_keys",
        "artifact:get_report",
        "artifact:get_term_for_report",
        "athena:get_session_endpoint",
        "bedrock-agentcore:get_resource_api_key",
        "cloudwatchomni:get_space_data_access",
        "cognito-idp:list_user_pool_client_secrets",
        "connect:get_prompt_file",
        "ebs:list_snapshot_blocks",
        "ec2:get_vpn_connection_device_sample_configuration",
        "emr:get_session_endpoint",
        "emr-serverless:get_session_endpoint",
        "gamelift:get_compute_access",
        "glue:get_session_endpoint",
        "greengrassv2:get_component_version_artifact",
        "kms:get_parameters_for_import",
        "lambda:get_function",
        "lambda:get_layer_version",
        "lambda:get_layer_version_by_arn",
        "lightsail:get_instance_access_details",
        "location:describe_key",
        "mailmanager:get_address_list_import_job",
        "payment-cryptography:get_parameters_for_export",
        "payment-cryptography:get_parameters_for_import",
        "s3control:get_data_access",
        "ssm:get_parameter",
        "ssm:get_parameter_history",
        "ssm:get_parameters",
        "ssm:get_parameters_by_path",
        "storagegateway:describe_chap_credentials",
        "taxsettings:get_tax_registration_document",
        "wafv2:get_decrypted_api_key",
        "wickr:get_opentdf_config",
        # Contents rather than configuration.
        "appconfig:get_configuration",
        "appconfig:get_hosted_configuration_version",
        "appconfigdata:get_latest_configuration",
        "bedrock-agent-runtime:get_document_content",
        "codeartifact:get_package_version_asset",
        "codecommit:get_blob",
        "codecommit:get_file",
        "customer-profiles:get_profile_history_record",
        "dynamodb:batch_get_item",
        "dynamodb:get_item",
        "dynamodbstreams:get_records",
        "ebs:get_snapshot_block",
        "ec2:get_console_output",
        "ec2:get_console_screenshot",
        "ec2:get_instance_uefi_data",
        "glacier:get_job_output",
        "glue:get_entity_records",
        "kinesis:get_records",
        "kinesis-video-archived-media:get_clip",
        "kinesis-video-archived-media:get_media_for_fragment_list",
        "kinesis-video-media:get_media",
        "lakeformation:get_work_unit_results",
        "logs:get_log_object",
        "macie2:get_sensitive_data_occurrences",
        "medialive:describe_input_device_thumbnail",
        "mediastore-data:get_object",
        "medical-imaging:get_image_frame",
        "medical-imaging:get_image_set_metadata",
        "omics:get_read_set",
        "omics:get_reference",
        "qbusiness:get_document_content",
        "s3:get_object",
        "s3:get_object_annotation",
        "s3:get_object_torrent",
        "sagemaker-featurestore-runtime:batch_get_record",
        "sagemaker-featurestore-runtime:get_record",
        "sagemaker-geospatial:get_tile",
        "workmailmessageflow:get_raw_message_content",
        # These change something, whatever they are called.
        "appfabric:batch_get_user_access_tasks",
        "cognito-identity:get_id",
        "socialmessaging:get_whatsapp_message_media",
        "stepfunctions:get_activity_task",
    }
)
_MORE_READS: Final = frozenset(
    {
        "config:select_aggregate_resource_config",  # a query over recorded configurations
        "config:select_resource_config",
        "iam:generate_credential_report",  # makes the report get_credential_report reads
        "iam:generate_service_last_accessed_details",
        "iam:simulate_custom_policy",  # evaluates policies, changes nothing
        "iam:simulate_principal_policy",
        "logs:filter_log_events",  # the search among get_log_events
    }
)


def is_read(service: str, operation: str) -> bool:
    """
    Tell whether an operation is a read we send.

    Args:
        service: The service as botocore names it.

        operation: ``ListUsers`` or ``list_users``.

    Source:
        botocore's models, AWS's Service Authorization Reference for operations with a reading
        verb whose access level is not Read or List.
    """
    plain = xform_name(operation).replace("-", "_")
    name = f"{service}:{plain}"
    if name in _MORE_READS:
        return True
    if not _VERB.match(plain) or name in _SENSITIVE:
        return False
    return name in _HARMLESS or not _HANDS_OUT.fullmatch(plain)


def is_sensitive(service: str, operation: str) -> bool:
    """Tell whether it is refused although its name says that it reads."""
    plain = xform_name(operation).replace("-", "_")
    return bool(_VERB.match(plain)) and not is_read(service, operation)
