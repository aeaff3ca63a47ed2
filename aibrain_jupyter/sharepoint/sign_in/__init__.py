"""
Who asks: a token, what gives one, or what MSAL signs in. Tokens stay in memory.

`credential` looks in this order: what `use_credential` was given, what a person who signed in left
in the token file, a federated token, a managed identity, a certificate, a secret
(`environment.py`). A person signs in by one of `people.py`, before a run; only where
``sharepoint_token_file`` names a file is that kept for other kernels (`token_file.py`).
"""

from aibrain_jupyter.sharepoint.sign_in.credentials import Credential
from aibrain_jupyter.sharepoint.sign_in.current import credential, use_credential

__all__ = ["Credential", "credential", "use_credential"]
