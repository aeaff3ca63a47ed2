"""Models are botocore's, without their prose, and found without listing all services."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import create_loader

from aibrain_jupyter.aws.clients import service_data

KINDS = ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2")
OFTEN = ("eks", "iam", "rds", "s3", "secretsmanager", "sqs")
"""Some have additions to their models, some have none."""


@pytest.fixture
def loader(monkeypatch, tmp_path):
    """Make a loader of its own, whose first folder is the test's."""
    service_data._loader.cache_clear()
    yield service_data._loader(str(tmp_path))
    service_data._loader.cache_clear()


def _bare(found):
    """Return a model of botocore's without its prose."""
    found = json.loads(json.dumps(found))
    for part in (found, *found.get("operations", {}).values(), *found.get("shapes", {}).values()):
        part.pop("documentation", None)
        for member in part.get("members", {}).values():
            member.pop("documentation", None)
    return found


def test_models_are_botocores(loader, request):
    """With what botocore adds to some of them; of all services with --full."""
    plain = create_loader()
    full = request.config.getoption("--full")
    services = plain.list_available_services("service-2") if full else OFTEN
    different = []
    for service in services:
        for kind in KINDS:
            try:
                expected = _bare(plain.load_service_model(service, kind))
            except UnknownServiceError:
                continue
            if expected != loader.load_service_model(service, kind):
                different.append((service, kind))
            plain._cache.clear() if full else None

    assert [] == different


@pytest.mark.parametrize(
    "asked",
    [
        ("no-such-service", "service-2"),
        ("ec2/../sqs", "service-2"),
        ("", "service-2"),
        ("sqs", "no-such-kind"),
        ("sqs", "service-2", "1"),
    ],
)
def test_what_is_not_there_is_refused_in_botocores_words(loader, asked):
    """An unknown service, kind or version raises what botocore's own loader raises."""
    errors = []
    for one in (create_loader(), loader):
        with pytest.raises((UnknownServiceError, DataNotFoundError)) as caught:
            one.load_service_model(*asked)
        errors.append((caught.type, str(caught.value)))

    assert errors[0] == errors[1]


def test_one_service_is_found_without_listing_all(loader, monkeypatch):
    """A first client asks the folders of its own service only."""
    listed = []
    monkeypatch.setattr(
        type(loader), "list_available_services", lambda self, kind: listed.append(kind)
    )

    assert "operations" in loader.load_service_model("rds", "service-2")
    assert [] == listed


def test_a_model_of_ones_own_comes_first(loader, tmp_path):
    """A folder of AWS_DATA_PATH goes before botocore's own data, as the SDK has it."""
    folder = tmp_path / "sqs" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps({"operations": {}, "metadata": {"a": 1}}))
    assert Path(loader.search_paths[0]) == tmp_path

    assert {"a": 1} == loader.load_service_model("sqs", "service-2")["metadata"]


def test_a_model_is_old_at_once(loader):
    """What stays as long as the process is not looked through by the collector on its way."""
    found = loader.load_data(f"sqs/{loader.determine_latest_version('sqs', 'service-2')}/service-2")

    assert id(found["shapes"]) not in {id(one) for one in gc.get_objects(generation=0)}
