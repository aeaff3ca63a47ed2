"""
Over every operation of every service: what is no read stays here, and what is read is read whole.

One file, because reading the models of all services takes longer than the tests.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from aibrain_jupyter.aws.answers.page_tokens import _scalars, paging_of
from aibrain_jupyter.aws.clients.reads import Access, access_of, operations
from aibrain_jupyter.aws.operations.models import (
    find_operation,
    has_operation,
    paginator,
    service_model,
    services,
)
from aibrain_jupyter.shared.error_handler import (
    OperationRefusedError,
    SecretReadRefusedError,
    SensitiveReadRefusedError,
    WriteRefusedError,
)

PARTS = 4
"""So that a failure names a part, and no client is kept longer than it is needed."""


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_forgets_all_models")]


REFUSED = {
    Access.SENSITIVE_READ: SensitiveReadRefusedError,
    Access.NEVER: SecretReadRefusedError,
    Access.WRITE: WriteRefusedError,
}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_write_of_any_service_reaches_the_wire(pool, aws_replies, part):
    """
    Every operation that is no read is refused by its client; and one of each service, the first,
    also when its finished request is handed to the client's own endpoint.
    """
    for service in services()[part::PARTS]:
        client = pool.client(service, region="us-east-1")
        model = client.meta.service_model
        names = model.operation_names
        refused = [name for name in names if access_of(service, name) is not Access.READ]
        for name in refused:
            with pytest.raises(REFUSED[access_of(service, name)]):
                client._make_api_call(name, {})
        for name in refused[:1]:
            with pytest.raises(OperationRefusedError):
                client._endpoint.make_request(
                    model.operation_model(name),
                    {
                        "url": aws_replies.url,
                        "method": "POST",
                        "headers": {},
                        "body": b"{}",
                        "context": {"client_config": client.meta.config, "auth_type": "none"},
                    },
                )

    assert [] == aws_replies.requests


def test_most_operations_are_no_reads():
    """A table that lets everything pass would leave the test above without a question."""
    access = Counter(
        access_of(service, name)
        for service in services()
        for name in service_model(service).operation_names
    )

    assert access[Access.READ] < access.total() / 2


TOKEN = re.compile(
    r"\w*(token|marker|cursor|offset)|(next|start|last|continu)\w*(index|key|name|item)"
    r"|exclusivestart\w*|position|page_?number",
    re.I,
)
NOT_PAGING = {
    # An input and an output that are called like page tokens and are none.
    "appconfigdata:GetLatestConfiguration",
    "cloudcontrol:GetResourceRequestStatus",
    "servicecatalog:DescribePortfolioShareStatus",
    "waf:GetChangeTokenStatus",
    "waf-regional:GetChangeTokenStatus",
}
FOLLOWED_BY_NOBODY = {
    # Their answer can say that there is more, and then the call fails: never a part in silence.
    "cloudsearchdomain:Search",
    "s3:GetObjectAttributes",
}
NO_WAY_ON = {
    # They give so many rows at most and nothing leads to the others; a full answer has a note.
    "apigateway:GetTags",
    "bedrock-agentcore:SearchRegistryRecords",
    "customer-profiles:GetProfileRecommendations",
    "dynamodbstreams:GetRecords",
    "firehose:DescribeDeliveryStream",
    "guardduty:GetFindingsStatistics",
    "keyspacesstreams:GetRecords",
    "kinesis:GetRecords",
    "location:SearchPlaceIndexForPosition",
    "location:SearchPlaceIndexForSuggestions",
    "location:SearchPlaceIndexForText",
    "neptune-graph:ListQueries",
    "neptunedata:GetPropertygraphStream",
    "neptunedata:GetSparqlStream",
    "neptunedata:ListLoaderJobs",
    "neptunedata:ListMLDataProcessingJobs",
    "neptunedata:ListMLEndpoints",
    "neptunedata:ListMLModelTrainingJobs",
    "neptunedata:ListMLModelTransformJobs",
    "qconnect:GetRecommendations",
    "sqs:ListMessageMoveTasks",
    "wafv2:GetSampledRequests",
    "wisdom:GetRecommendations",
    "workdocs:GetDocumentPath",
    "workdocs:GetFolderPath",
}


def test_every_token_is_followed_or_known():
    """
    Each read is classed by how it is paged: botocore's paginator, a pair of tokens by rule, or
    one page. Nothing that looks like a pair of tokens is left out, and what can be cut off
    without a token is listed above; a newer botocore that brings more turns this red.
    """
    classes: Counter[str] = Counter()
    overlooked, limited = set(), set()
    for service, name in _reads():
        paging = paging_of(service, name)
        if paging.tokens:
            classes["paginator" if paginator(service, name) else "tokens"] += 1
            continue
        classes["one page"] += 1
        model = find_operation(service, name)
        if _looks_paged(model.input_shape) and _looks_paged(model.output_shape):
            overlooked.add(f"{service}:{name}")
        if paging.limit:
            limited.add(f"{service}:{name}")
    print(dict(classes))

    assert classes["paginator"] > 3_000
    assert classes["tokens"] > 800
    assert set() == overlooked - NOT_PAGING - FOLLOWED_BY_NOBODY
    assert set() == limited - NO_WAY_ON


def _reads():
    for service in services():
        for operation in operations(service).values():
            is_sent = operation.access in (Access.READ, Access.SENSITIVE_READ)
            if is_sent and has_operation(service, operation.name):
                yield service, operation.name


def _looks_paged(shape):
    return any(
        TOKEN.fullmatch(path.rpartition(".")[2])
        for path, scalar in _scalars(shape)
        if scalar.type_name in ("string", "integer", "long")
    )
