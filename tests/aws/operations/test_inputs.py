"""Inputs of an operation: offered by name, refused before anything runs."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.operations.inputs import input_params, request_of
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError


def test_inputs_are_offered_as_the_api_spells_them():
    """Types and choices are the model's, required ones first; page tokens are not offered."""
    params = {p.name: p for p in input_params("wafv2", "list_web_acls")}

    assert ["Scope", "Limit"] == list(params)
    assert params["Scope"].is_required
    assert ("CLOUDFRONT", "REGIONAL") == params["Scope"].choices
    assert int is params["Limit"].type


def test_lists_of_words_take_several_values():
    """A comma-separated text on the line is a list."""
    request = request_of("ec2", "describe_instances", {"InstanceIds": "i-1, i-2"})

    assert {"InstanceIds": ["i-1", "i-2"]} == request


@pytest.mark.parametrize("name", ["InstanceIds", "instance_ids", "instanceids", "instance-ids"])
def test_any_spelling_is_understood(name):
    """The request has the API's."""
    assert {"InstanceIds": ["i-1"]} == request_of("ec2", "describe_instances", {name: ["i-1"]})


@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        ({"Filterz": []}, UnknownNameError, "Did you mean Filters?"),
        ({"MaxResults": "many"}, ParameterError, "MaxResults takes a whole number"),
        ({"Filters": [{"Name": 3}]}, ParameterError, "Filters[0].Name"),
        ({"Filters": [{"Nam": "a"}]}, ParameterError, "must be one of: Name, Values"),
        ({"Filters": [], "filters": []}, ParameterError, "given twice"),
        ({"next_token": "x"}, ParameterError, "every page is read"),
    ],
    ids=["name", "type", "nested type", "nested name", "twice", "token"],
)
def test_what_does_not_fit_is_refused(given, kind, text):
    """botocore would refuse it later; here nothing was sent."""
    with pytest.raises(kind) as caught:
        request_of("ec2", "describe_instances", given)

    assert text in str(caught.value)


def test_a_missing_input_is_named():
    """What is needed and how to write it."""
    with pytest.raises(ParameterError) as caught:
        request_of("wafv2", "list_web_acls", {})

    assert "wafv2 ListWebACLs needs Scope." == caught.value.what


def test_none_stands_for_not_given():
    """An input that is left at None is not sent."""
    assert {} == request_of("iam", "list_users", {"PathPrefix": None})


def test_a_request_is_nobody_elses():
    """What is asked for again is given again: another object, also where it holds lists."""
    for _ in range(2):
        request = request_of("ec2", "describe_instances", {"InstanceIds": "i-1"})
        assert {"InstanceIds": ["i-1"]} == request
        request["InstanceIds"].append("i-2")
        request["more"] = 1


def test_truth_is_no_number():
    """A request that was asked for with 1 is no leave for True, which Python takes for the same."""
    assert {"Limit": 1} == request_of("kms", "list_keys", {"Limit": 1})

    with pytest.raises(ParameterError):
        request_of("kms", "list_keys", {"Limit": True})
