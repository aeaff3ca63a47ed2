"""Ways in which roles, sign-in, session profiles and endpoints lead to somebody else."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
from aibrain_jupyter.shared.error_handler import CredentialsError

from ..mixed_world import A, B, session, user
from .ways import DISK, LIVE, MEMORY, ROLE, ends_in_a_gap, way

# Roles we assume.


@way
def a_renewed_session_is_another_accounts(w):
    """STS answers the second AssumeRole with a key of B."""
    w.environment(w.key(user(A), prefix="AKIA"))
    w.roles[ROLE] = w.key(session(A))
    kernel = w.kernel()
    name = kernel.pool.add_role(AssumedRole(ROLE))
    target = kernel.plan(name)

    def renew():
        w.roles[ROLE] = w.key(session(B))

    w.at_page[0] = renew
    ends_in_a_gap(kernel.call, target)


@way
def a_renewed_session_keeps_its_entries(w):
    """We know how the rights come about: the role's new key is served what the last collected."""
    w.environment(w.key(user(A), prefix="AKIA"))
    w.roles[ROLE] = w.key(session(A))
    kernel = w.kernel()
    name = kernel.pool.add_role(AssumedRole(ROLE))
    kernel.run(name)
    w.roles[ROLE] = w.key(session(A))
    assert MEMORY == kernel.run(name)[0]
    other = w.kernel()
    assert DISK == other.run(other.pool.add_role(AssumedRole(ROLE)))[0]


@way
def a_known_role_hands_out_anothers_key(w):
    """The identity comes from the disk, and the first key that signs is not its."""
    w.environment(w.key(user(A), prefix="AKIA"))
    w.roles[ROLE] = w.key(session(A))
    first = w.kernel()
    first.plan(first.pool.add_role(AssumedRole(ROLE)))
    w.roles[ROLE] = w.key(session(B))
    kernel = w.kernel()
    target = kernel.plan(kernel.pool.add_role(AssumedRole(ROLE)))
    ends_in_a_gap(kernel.call, target)


@way
def a_role_of_the_same_name_in_another_account(w):
    """Two roles named alike are two identities."""
    w.environment(w.key(user(A), prefix="AKIA"))
    other = ROLE.replace(A, B)
    w.roles |= {ROLE: w.key(session(A)), other: w.key(session(B))}
    kernel = w.kernel()
    for arn in (ROLE, other):
        name = kernel.pool.add_role(AssumedRole(arn))
        assert (LIVE, [w.roles[arn]] * 2) == kernel.run(name)


@way
def a_role_is_replaced_under_its_name(w):
    """The name clients ask by leads to the role of another partition."""
    w.environment(w.key(user(A), prefix="AKIA"))
    china = ROLE.replace("arn:aws:", "arn:aws-cn:")
    w.roles |= {ROLE: w.key(session(A))}
    w.roles[china] = w.key(session(A).replace("arn:aws:", "arn:aws-cn:"))
    kernel = w.kernel()
    target = kernel.plan(kernel.pool.add_role(AssumedRole(ROLE)))
    kernel.pool.add_role(AssumedRole(china))
    ends_in_a_gap(kernel.call, target)


@way
def keys_of_a_role_by_hand(w):
    """Somebody's keys of the role may be narrowed: they get nothing of what we collected as it."""
    w.environment(w.key(user(A), prefix="AKIA"))
    w.roles[ROLE] = w.key(session(A, name="aibrain_jupyter"))
    kernel = w.kernel()
    kernel.run(kernel.pool.add_role(AssumedRole(ROLE)))
    by_hand = w.key(session(A, name="aibrain_jupyter"))
    w.environment(by_hand)
    assert (LIVE, [by_hand] * 2) == w.kernel().run()


# Single sign-on and web identity.


@way
def sso_portal_hands_out_anothers_key(w):
    """Account and role are in the profile, and the key is B's for all that."""
    kernel, profile = w.kernel(), w.sign_in("one", w.key(session(A)))
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.sso.update(one=w.key(session(B)))
    ends_in_a_gap(kernel.call, target)


@way
def sso_cache_is_swapped(w):
    """Somebody else signed in since: a new kernel is not served what the first collected."""
    w.kernel().run(w.sign_in("one", w.key(session(A))))
    other = w.key(session(A, name="bob"))
    assert (LIVE, [other, other]) == w.kernel().run(w.sign_in("two", other))


@way
def sso_session_is_renewed(w):
    """The same person, a new token and a new key: the entries are kept."""
    w.kernel().run(w.sign_in("one", w.key(session(A))))
    assert DISK == w.kernel().run(w.sign_in("two", w.key(session(A))))[0]


@way
def web_token_is_anothers(w):
    """Who the token speaks for may decide what the role's session sees."""
    w.roles[ROLE] = w.key(session(A))
    w.kernel().run(w.web_token("system:one"))
    w.roles[ROLE] = second = w.key(session(A))
    assert (LIVE, [second, second]) == w.kernel().run(w.web_token("system:two"))
    assert DISK == w.kernel().run(w.web_token("system:one"))[0]


@way
def web_role_changes_account_in_the_middle(w):
    """STS answers the renewal with a key of B."""
    w.roles[ROLE] = w.key(session(A))
    kernel = w.kernel()
    target = kernel.plan(w.web_token("system:one"))
    w.at_page[0] = lambda: w.roles.update({ROLE: w.key(session(B))})
    ends_in_a_gap(kernel.call, target)


# Session profiles and the demo.


@way
def session_profile_is_replaced_after_the_plan(w):
    """The name leads to B's keys when the call begins."""
    kernel = w.kernel()
    profile = w.session_profile(kernel, w.key(user(A), prefix="AKIA"))
    target = kernel.plan(profile)
    w.session_profile(kernel, w.key(user(B), prefix="AKIA"))
    ends_in_a_gap(kernel.call, target)


@way
def session_profile_with_narrower_keys(w):
    """The same user, other temporary keys: other entries."""
    kernel = w.kernel()
    for key in (w.key(user(A)), w.key(user(A))):
        assert (LIVE, [key, key]) == kernel.run(w.session_profile(kernel, key))


@way
def session_profile_says_another_account(w):
    """A declared account that its keys are not of is an error before anything is asked."""
    kernel = w.kernel()
    profile = w.session_profile(kernel, w.key(user(B), prefix="AKIA"), account=A)
    ends_in_a_gap(kernel.run, profile)
    assert [] == w.seen


@way
def demo_and_real_account_of_one_number(w):
    """What the embedded account answers is never served as the real account's, nor the reverse."""
    demo, real = w.key(user(A), prefix="AKIA"), w.key(user(A), prefix="AKIA")
    kernel = w.kernel()
    assert (LIVE, [demo] * 2) == kernel.run(
        w.session_profile(kernel, demo, account=A, is_demo=True)
    )
    w.environment(real)
    assert (LIVE, [real] * 2) == kernel.run()
    assert 0 == w.asked[demo]


@way
def demo_is_replaced_by_a_real_account(w):
    """The profile of the demo becomes a real one's before the call: its rows are no demo's."""
    kernel = w.kernel()
    demo = w.key(user(A), prefix="AKIA")
    target = kernel.plan(w.session_profile(kernel, demo, account=A, is_demo=True))
    w.session_profile(kernel, w.key(user(A), prefix="AKIA"))
    ends_in_a_gap(kernel.call, target)


# Endpoints.


@way
def endpoint_changes_after_the_plan(w):
    """Another server answers under the account's name: the service's own endpoint changed."""
    w.environment(w.key(user(A), prefix="AKIA"))
    kernel = w.kernel()
    target = kernel.plan()
    w.environment(w.key(user(A), prefix="AKIA"), AWS_ENDPOINT_URL_IAM=w.server.url + "/other")
    with pytest.raises(CredentialsError, match="go to another server"):
        kernel.call(target)


@way
def endpoints_do_not_share(w):
    """The same key at another endpoint is asked about there, and served nothing of here."""
    key = w.key(user(A), prefix="AKIA")
    w.environment(key)
    w.kernel().run()
    w.environment(key, AWS_ENDPOINT_URL=w.server.url.replace("127.0.0.1", "localhost"))
    assert LIVE == w.kernel().run()[0]
    assert {key: 2} == w.asked


@way
def a_bearer_token_signs_instead(w):
    """Amazon Bedrock's token is some account's, and nobody can ask whose."""
    w.environment(w.key(user(A), prefix="AKIA"), AWS_BEARER_TOKEN_BEDROCK="secret")
    kernel = w.kernel()
    target = kernel.plan()
    from aibrain_jupyter.aws.clients.current_call import asking_for
    from aibrain_jupyter.shared.base_tool import CallContext

    client = kernel.pool.client("bedrock", region="us-east-1")
    with asking_for(CallContext(target, clients=kernel.pool)):
        gap = ends_in_a_gap(client.list_foundation_models)
    assert "AWS_BEARER_TOKEN_BEDROCK" in gap.why
