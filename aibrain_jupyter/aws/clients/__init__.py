"""
SDK clients of AWS: made once, guarded, paced, with answers of foreign servers refused.

`client` is the way to a raw one for code of your own: it reads and cannot write.
"""

from typing import Any, Final

_LONGEST: Final = 250


def client(service: str, profile: str = "", region: str = "") -> Any:
    """
    Return a boto3 client that only sends reviewed reads.

    Args:
        service: The service as boto3 names it.

        profile: An AWS profile or a session profile; empty: the default credential chain.

        region: A region name; empty: the profile's own.

    Returns:
        The client all workers share. An operation that is not a reviewed read raises an
        `OperationRefusedError`, and nothing is sent.
    """
    from aibrain_jupyter.aws.clients.pool import get_client_pool

    for name, value in {"service": service, "profile": profile, "region": region}.items():
        _check(name, value)
    try:
        return get_client_pool().client(service, profile=profile, region=region)
    except Exception as exc:
        from aibrain_jupyter.aws.errors.translate import translate
        from aibrain_jupyter.aws.target import AwsTarget

        target = AwsTarget(profile=profile, region=region)
        raise translate(exc, service=service, operation="", target=target) from exc


def _check(name: str, value: Any) -> None:
    from aibrain_jupyter.shared.error_handler import ParameterError
    from aibrain_jupyter.shared.texts.shown import printable, shown

    if type(value) is not str or value != printable(value) or len(value) > _LONGEST:
        raise ParameterError(
            f"{name} is {printable(shown(value))}, which names nothing of AWS.",
            next_steps=['Write for example client("iam", profile="audit", region="eu-west-1").'],
        )
