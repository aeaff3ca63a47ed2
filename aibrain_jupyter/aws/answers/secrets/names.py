"""
Names that denote secrets: of members, keys, variables, headers and query parameters.

A name is read word by word, however it is spelled (``DBPassword``, ``db.password``,
``X-Api-Key``). It denotes a secret if a word of it does, unless its end says that it speaks about
one: ``SecretArn``, ``TokenUrl``, ``password_last_used``, ``NextToken``. To have another name
known, add its word here.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ANYWHERE: Final = ("password", "passwd", "passphrase", "passwort", "secret")
"""They make a secret of any word they stand in: ``mysqlrootpassword``."""
_NOT_THOSE: Final = ("secretsmanager", "passwordless", "secretary")
_OF_SECRETS: Final = """
    pwd passcode token tokens credential credentials creds apikey apikeys privatekey
    accesskey sharedkey authkey accountkey streamkey licensekey signingkey hmackey masterkey
    psk jaas keytab kubeconfig authorization authcode basicauth
"""
"""Words that denote a secret wherever they stand in a name."""
_LAST: Final = frozenset({"pass", "pw", "cookie", "cookies", "jwt", "bearer"})
"""Words that denote a secret only at the end: not ``PassRole``."""
_KEYS: Final = """
    api access private shared auth account stream license signing hmac master activation solution
"""
"""What stands before ``Key`` of a secret one."""
_CODES: Final = """
    activation registration unlock recovery auth access authorization mfa pairing invitation
"""
"""What stands before ``Code`` of one that lets in."""
_OTHER_PAIRS: Final = (
    ("basic", "auth"),
    ("access", "signature"),
    ("gateway", "configuration"),  # the pre-shared keys of a VPN stand in it
)
_ABOUT_SECRETS: Final = """
    lifetime lifespan interval frequency window threshold budget bytes size
    arn arns id ids identifier identifiers name names alias type types kind policy policies
    length age last used changed date dates time timestamp expires expiry expiration expire
    expired at enabled disabled required allowed supported needed present exists count size
    status state version versions url urls uri uris endpoint endpoints location path paths
    source sources ttl validity duration seconds minutes hours days period rotation reset
    format field fields header headers method methods mode algorithm algorithms spec usage
    index number numbers units unit quota quotas limit limits max maximum min minimum
    description label title ref reference references region regions account accounts
    provider providers manager engine store scope scopes audience audiences issuer domain
    domains pattern patterns strategy action actions attempts prefix suffix tag tags role
    roles option options xpath param params parameter parameters file filename hint question
    com org net io xp process processing support management link uid compromise assessment
    generation expression stages property properties stdin prompt group groups owner user
    users username error errors message reason result event events fingerprint thumbprint
    checksum encoding signer position positions detection scan scanning specs preference
    preferences selector template table column columns output outputs input inputs
"""
"""What the names of facts about a secret end with."""
_OF_PAGES: Final = """
    input output
    next page pages pagination paging previous prev continuation marker creation idempotency
    idempotent client request update lock version change sequence conditional dedup
    deduplication starting start resume sync concurrency block dkim verification validation
    design http purchase result offer anomaly share unit forward backward chunk message
"""
"""What stands before ``Token`` of paging, of repeated requests and of public records."""
_WORDS: Final = frozenset(_OF_SECRETS.split())
_ABOUT: Final = frozenset(_ABOUT_SECRETS.split())
_PAGE_OR_REPEAT: Final = frozenset(_OF_PAGES.split())
_COMBINED: Final = frozenset(
    [
        *((kind, "key") for kind in _KEYS.split()),
        *((kind, "code") for kind in _CODES.split()),
        *_OTHER_PAIRS,
    ]
)
_COUNTED: Final = ("max", "min", "num", "total", "count")
_HARMLESS: Final = re.compile(r"(?:next|page|client|continuation|request|marker)tokens?")
HEADERS_WITHOUT_SECRETS: Final = re.compile(
    r"(?i):?(host|authority|user-agent|referer|origin|via|date|vary|age|pragma|server|etag|expires"
    r"|accept.*|content-.*|cache-.*|access-control-.*|x-forwarded-.*|x-frame-options"
    r"|x-content-type-options|x-xss-protection|strict-transport-security|referrer-policy"
    r"|permissions-policy|cloudfront-.*|x-amz-cf-id|x-amzn-trace-id|transfer-encoding|upgrade"
    r"|connection|location|integration|method|if-.*|\$.*|type|shape|description)"
)
"""Headers that carry nothing secret; any other header that somebody sets may be a shared one."""
IN_LINKS: Final = re.compile(
    r"(?i)(?:code|sig|signature|auth|authkey|jwt|ticket|otp|sas|pw|x-goog-signature|x-amz-signature"
    r"|x-amz-security-token|hmac|invite|nonce_?key|subscription-key)"
)
"""Parameters of links that carry access, besides what `is_secret_name` knows."""
_PASSWORD: Final = re.compile(r"(?i)passw|passphrase|pwd|(?:api|access|private|secret)[-_. ]?key")
_NO_SECRET: Final = re.compile(
    r"""(?ixs)
    (?: true | false | yes | no | on | off | null | none | nil | undefined | enabled | disabled
      | required | optional | default | n/?a | unknown | string | secure_?string | text | hidden
      | aws_iam | custom | anonymous | redacted | not[ ]set | \*+ | x{4,} | \.{3} | -+
    )\s* \Z
    | arn: | \[hidden | \$[{(.\[] | \$\$ | \$[A-Z_][A-Z0-9_]* \Z | \{\{ | \{[\w.-]+\} \Z
    | !(?:Ref|Sub|GetAtt|ImportValue|Join|If|FindInMap|Select)\b
    | <[\w\s./-]+> \Z | %[\w.]+% \Z | %\(
    | [~^]\d
    | (?:method|integration|context|stageVariables)\. | \$(?:request|context|stageVariables|event)\b
    | (?:ssm|ssm-secure|secretsmanager|aws:secretsmanager|vault|fileb?|env):
    """
)
"""Values that are none, refer to one, or are covered already."""


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Tell whether a text called so is a secret."""
    if "::" in name:
        return False  # a type of resources
    # A key of a policy or a parameter's path is called what its last part is.
    words = words_of(re.split(r"[:/]", name)[-1])
    while words and (words[-1] in ("list", "map") or words[-1].isdigit() or len(words[-1]) == 1):
        words.pop()
    if not words or words[-1] in _ABOUT or words[-2:] == ["json", "key"]:
        return False
    if words[0] in _COUNTED or (words[0] == "next" and words[-1] == "token"):
        return False
    for at, word in enumerate(words):
        if word in ("token", "tokens"):
            # PortfolioShareToken is one all the same: only what stands just before it counts.
            if at and words[at - 1] in _PAGE_OR_REPEAT:
                return False
        elif _HARMLESS.fullmatch(word):
            return False
    pairs = ((first, second.removesuffix("s")) for first, second in pairwise(words))
    return (
        any(_is_secret_word(word) for word in words)
        or words[-1] in _LAST
        or not _COMBINED.isdisjoint(pairs)
    )


def is_password_name(name: str) -> bool:
    """Tell whether a tag called so, which is meant to be read, is a secret all the same."""
    return is_secret_name(name) and _PASSWORD.search(name) is not None


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: ``DBPassword`` is db, password."""
    return [word.lower() for word in _WORD.findall(name)]


def is_no_secret(value: str) -> bool:
    """Tell whether the value of something secret is a reference, a flag, or hidden already."""
    return _NO_SECRET.match(value) is not None


def is_harmless_header(name: str) -> bool:
    """Tell whether a header of this name carries nothing secret."""
    return HEADERS_WITHOUT_SECRETS.fullmatch(name) is not None


def _is_secret_word(word: str) -> bool:
    if word in _WORDS:
        return True
    if any(part in word for part in _ANYWHERE):
        return not word.startswith(_NOT_THOSE)
    return word.endswith(("token", "apikey", "pwd")) and len(word) < 24
