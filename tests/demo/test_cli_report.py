"""The users of the demo account, as a cell lists them and as the AWS CLI reports them."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from aibrain_jupyter.aws.clients.pool import get_client_pool

_CLI = "import sys; from awscli.clidriver import main; sys.exit(main())"


def test_users_are_as_the_credential_report_of_the_aws_cli():
    """MFA, console access and the age of each key: the same in the cell and from the CLI."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    try:
        shell.run_cell("%aibrain demo start").raise_error()
        shell.run_cell(
            "%aibrain aws_export service=iam resource=users --quiet -o users"
        ).raise_error()
        users = shell.user_ns["users"].set_index("user_name")
        reported = _report(get_client_pool().session_profiles["demo-prod"])
    finally:
        shell.run_cell("%aibrain demo stop")
        InteractiveShell.clear_instance()

    assert 16 == len(users)
    assert set(users.index) == set(reported) - {"<root_account>"}
    for name, user in users.iterrows():
        row = reported[name]
        assert row["mfa_active"] == str(user["mfa_active"]).lower()
        assert row["password_enabled"] == str(user["console_access"]).lower()
        for key in ("access_key_1", "access_key_2"):
            assert row[f"{key}_active"] == str(user[f"{key}_active"]).lower()
            made = row[f"{key}_last_rotated"]
            assert (made in ("N/A", "")) is pd.isna(user[f"{key}_age_days"])
            if not pd.isna(user[f"{key}_age_days"]):
                age = user["credentials_as_of"] - dt.datetime.fromisoformat(made)
                assert age.days == user[f"{key}_age_days"]


def _report(profile):
    """Return the rows of ``aws iam get-credential-report`` by user."""
    command = [sys.executable, "-c", _CLI, "iam", "get-credential-report", "--output", "json"]
    done = subprocess.run(
        command,
        env=os.environ
        | {
            "AWS_ACCESS_KEY_ID": profile.access_key_id,
            "AWS_SECRET_ACCESS_KEY": profile.secret_access_key,
            "AWS_ENDPOINT_URL": profile.endpoint_url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    content = base64.b64decode(json.loads(done.stdout)["Content"]).decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content))}
