"""
Secrets in answers of AWS: hidden before they reach a frame, the cache or a notebook.

Some reads hand out secrets besides what they are asked for. For each member of an answer's model it
is decided once (``members.py``) whether it is never a secret, always one, or a text to look into:
JSON, links, headers, ``name=value`` (``documents.py``, ``texts.py``). What stands beside a value
may tell too: its name, a flag (``beside.py``). ``hide_in_answer.py`` puts this together into one
walk of an answer. A secret becomes what ``fingerprints.py`` makes of it; the rest of a text stays.

What somebody wrote down as configuration (a variable, user data, a parameter) can be shown by its
name. What is called a password, a secret, a token or a key is never shown, whoever asks.
"""

from aibrain_jupyter.aws.answers.secrets.hide_in_answer import hidden_variables, without_secrets
from aibrain_jupyter.aws.answers.secrets.revealing import revealed_names

__all__ = ["hidden_variables", "revealed_names", "without_secrets"]
