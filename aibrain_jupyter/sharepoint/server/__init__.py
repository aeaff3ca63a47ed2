"""
A local Microsoft Graph with one SharePoint site: for tests, the demo, and authors of tools.

::

    with LocalGraph() as graph:
        graph.drive.write("RFI-014/users.csv", b"…")
        graph.faults.append(Fault("PUT .*upload", status=503, retry_after=1))
        …  # ask graph.url with the token graph.tokens.issue()

It keeps documents in memory and imitates what the documentation of Graph says of documents, paging,
changes, downloads, upload sessions, conflicts, limits and sign-in, and nothing else of Graph.
"""

from aibrain_jupyter.sharepoint.server.drive import Drive
from aibrain_jupyter.sharepoint.server.faults import Fault
from aibrain_jupyter.sharepoint.server.serving import LocalGraph

__all__ = ["Drive", "Fault", "LocalGraph"]
