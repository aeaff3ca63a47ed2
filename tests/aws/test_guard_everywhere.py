"""Every operation of every service: what is no read stays here, whoever asks and however."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.models import services
from aibrain_jupyter.aws.reads import Access, access_of
from aibrain_jupyter.shared.error_handler import WriteRefusedError

PARTS = 4
"""So that a failure names a part, and no client is kept longer than it is needed."""


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("_forgets_all_models")]


@pytest.fixture(scope="module")
def counts():
    """How many operations there are and how many were refused, over all parts."""
    return {"all": 0, "refused": 0}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_write_of_any_service_reaches_the_wire(pool, aws_replies, counts, part):
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
            with pytest.raises(WriteRefusedError):
                client._make_api_call(name, {})
        counts["all"] += len(names)
        counts["refused"] += len(refused)
        for name in refused[:1]:
            with pytest.raises(WriteRefusedError):
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


def test_most_operations_were_refused(counts):
    """A table that lets everything pass would leave the test above without a question."""
    assert counts["refused"] > counts["all"] / 2
