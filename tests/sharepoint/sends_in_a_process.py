"""
Uploads a folder to a local Graph, as another kernel would: ``URL FOLDER``.

Small chunks and short pauses, unless ``--as-it-is`` follows.
"""

import json
import sys
import urllib.request

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.sharepoint import client, sites, uploads

URL, FOLDER, *AS_IT_IS = sys.argv[1:]


def token():
    """Sign in as the application does."""
    body = b"grant_type=client_credentials&client_secret=a-secret"
    with urllib.request.urlopen(f"{URL}/contoso/oauth2/v2.0/token", body) as answer:
        found = json.load(answer)
    return found["access_token"], found["expires_in"]


if not AS_IT_IS:
    uploads.SMALL, uploads.CHUNK, client.FIRST_PAUSE_S = 50_000, 327_680, 0.01
host, path = "contoso.sharepoint.com", "/sites/audit"
sites.session_sites["audit"] = sites.Site("audit", host, path, graph=URL, credential=token)
cell = f"%aibrain sharepoint_upload files={FOLDER} to=up unreviewed=true"
done = run_request(request_of_text(cell, {}), token=CancelToken(), listener=lambda event: None)
assert done.frame is not None, done.error
sys.stdout.write(done.frame["outcome"].value_counts().to_json())
sys.stderr.write("\n".join(f"{gap.label} {gap.why}" for gap in done.summary.gaps))
sys.exit(len(done.summary.gaps))
