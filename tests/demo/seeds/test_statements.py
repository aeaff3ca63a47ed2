"""Policy documents: what is empty is left out, in the order in which IAM's own examples have it."""

from __future__ import annotations

import json

from aibrain_jupyter.demo.seeds.statements import ANYONE, allow, document


def test_a_statement_says_only_what_it_was_given():
    """A trust policy has no resource, an identity policy no principal, and neither a Sid."""
    assert {"Effect": "Allow", "Principal": ANYONE, "Action": "sts:AssumeRole"} == allow(
        "sts:AssumeRole", "", to=ANYONE
    )
    assert {"Effect": "Allow", "Action": "*", "Resource": "*"} == allow("*")


def test_a_document_keeps_the_order_of_its_statements():
    """The text is the same each time, so that two starts export the same policy."""
    text = document(allow("a:B", sid="One"), allow("c:D"))

    assert ["Sid", "Effect", "Action", "Resource"] == list(json.loads(text)["Statement"][0])
    assert ["a:B", "c:D"] == [said["Action"] for said in json.loads(text)["Statement"]]
