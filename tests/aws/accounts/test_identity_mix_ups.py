"""No row under another account's name, and no entry for another identity: every way we know of."""

from __future__ import annotations

import time

import pytest

from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole
from aibrain_jupyter.aws.accounts.identity import identity_of
from aibrain_jupyter.aws.accounts.regions import enabled_regions
from aibrain_jupyter.shared.error_handler import CredentialsError, NotCachedError

from .mixed_world import A, B, World, audit, session, user

WAYS = []
LIVE, DISK, MEMORY = "live", "disk", "memory"
ROLE = f"arn:aws:iam::{A}:role/Audit"


def way(function):
    """Add a way to mix identities up."""
    WAYS.append(function)
    return function


@pytest.fixture
def world(aws_replies, tmp_path, monkeypatch):
    """Two accounts, and keys of both."""
    return World(aws_replies, tmp_path, monkeypatch)


def ends_in_a_gap(function, *args, **policy):
    """Check that the account's change is the end of a call, and that no key is told."""
    with pytest.raises(CredentialsError) as info:
        function(*args, **policy)
    told = "\n".join([str(info.value), *map(str, info.value.facts.values())])
    assert "OtherIdentity" == info.value.facts["code"]
    assert "ASIA0" not in told
    assert "AKIA0" not in told
    return info.value


# A credential process.


@way
def process_changes_account_between_pages(w):
    """A's first page, B's second: nothing of it comes, nothing is kept."""
    kernel, profile = w.kernel(), w.process(w.key(user(A)))
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.process(w.key(user(B)))
    ends_in_a_gap(kernel.call, target)
    assert B == kernel.plan(profile).account


@way
def process_changes_account_after_the_plan(w):
    """The target says A when B's key signs."""
    kernel, profile = w.kernel(), w.process(w.key(user(A)))
    target = kernel.plan(profile)
    w.process(w.key(user(B)))
    gap = ends_in_a_gap(kernel.call, target)
    assert f"It was {user(A)} of {A}, and is {user(B)} of {B}" in gap.why
    assert [] == w.seen


@way
def process_changes_role_of_the_account(w):
    """Another role may see less, and nobody could tell what it did not see."""
    kernel, profile = w.kernel(), w.process(w.key(session(A)))
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.process(w.key(session(A, role="Narrow")))
    ends_in_a_gap(kernel.call, target)


@way
def process_renews_the_same_principal(w):
    """The run goes on, and what two keys collected is not kept under one of them."""
    first, second = w.key(session(A)), w.key(session(A))
    kernel, profile = w.kernel(), w.process(first)
    w.at_page[0] = lambda: w.process(second)
    assert (LIVE, [first, second]) == kernel.run(profile)
    assert (LIVE, [second, second]) == kernel.run(profile)
    assert {first: 1, second: 1} == w.asked


@way
def process_renews_with_another_session_name(w):
    """A role is the same by whatever name its session goes."""
    first, second = w.key(session(A)), w.key(session(A, name="bob"))
    kernel, profile = w.kernel(), w.process(first)
    w.at_page[0] = lambda: w.process(second)
    assert (LIVE, [first, second]) == kernel.run(profile)


@way
def process_is_anothers_in_the_next_run(w):
    """The same kernel, the same profile: the second run is B's, with B's name."""
    kernel, profile = w.kernel(), w.process(w.key(user(A)))
    kernel.run(profile)
    other = w.key(user(B))
    w.process(other)
    assert (LIVE, [other, other]) == kernel.run(profile)


@way
def process_is_anothers_in_the_next_kernel(w):
    """The cache of the disk does not remember whose the profile was."""
    w.kernel().run(w.process(w.key(user(A))))
    other = w.key(user(B))
    assert (LIVE, [other, other]) == w.kernel().run(w.process(other))


@way
def process_goes_back_and_forth(w):
    """A, B, A again: the third run is served what the first collected."""
    first, other = w.key(user(A)), w.key(user(B))
    kernel = w.kernel()
    sources = [kernel.run(w.process(key)) for key in (first, other, first)]
    assert [LIVE, LIVE, MEMORY] == [source for source, _ in sources]


@way
def process_behind_a_role_changes(w):
    """The role is the same whoever assumes it; its keys are asked about all the same."""
    more = f"[profile r]\nrole_arn = {ROLE}\nsource_profile = p\nregion = eu-west-1\n"
    w.process(w.key(user(A)), more=more)
    w.roles[ROLE] = w.key(session(A))
    kernel = w.kernel()
    kernel.run("r")
    w.process(w.key(user(B)))
    w.roles[ROLE] = w.key(session(A))
    assert DISK == w.kernel().run("r")[0]


# A container, the instance.


@way
def container_changes_account_between_pages(w):
    """The SDK takes B's keys up inside the client."""
    kernel = w.kernel()
    target = kernel.plan(w.container(w.key(session(A))))
    w.at_page[0] = lambda: w.container(w.key(session(B)))
    ends_in_a_gap(kernel.call, target)


@way
def container_changes_account_after_the_plan(w):
    """The target says A when B's key signs."""
    kernel = w.kernel()
    target = kernel.plan(w.container(w.key(session(A))))
    w.container(w.key(session(B)))
    ends_in_a_gap(kernel.call, target)


@way
def container_renews_the_same_role(w):
    """Its sessions may have a policy of their own, so their results stay apart."""
    first, second = w.key(session(A)), w.key(session(A))
    kernel = w.kernel()
    kernel.run(w.container(first))
    assert (LIVE, [second, second]) == kernel.run(w.container(second))


@way
def container_of_two_kernels(w):
    """An honest kernel of A is not served what B's container collected, and B not what A's."""
    first, other = w.key(session(A)), w.key(session(B))
    w.kernel().run(w.container(first))
    assert (LIVE, [other, other]) == w.kernel().run(w.container(other))
    assert (DISK, [first, first]) == w.kernel().run(w.container(first))


@way
def keys_change_between_attempts(w):
    """The first attempt is refused for rate, the second would be signed by B."""
    kernel, profile = w.kernel(), w.process(w.key(user(A)))
    target = kernel.plan(profile)
    w.refused_pages = {1}
    w.at_page[1] = lambda: w.process(w.key(user(B)))
    ends_in_a_gap(kernel.call, target)


# The environment.


@way
def environment_changes_after_the_plan(w):
    """The client of the call is made with B's keys."""
    w.environment(w.key(user(A), prefix="AKIA"))
    kernel = w.kernel()
    target = kernel.plan()
    w.environment(w.key(user(B), prefix="AKIA"))
    ends_in_a_gap(kernel.call, target)


@way
def environment_changes_between_pages(w):
    """The second page would be B's."""
    w.environment(w.key(user(A), prefix="AKIA"))
    kernel = w.kernel()
    target = kernel.plan()
    w.at_page[0] = lambda: w.environment(w.key(user(B), prefix="AKIA"))
    ends_in_a_gap(kernel.call, target)


@way
def environment_changes_before_a_cached_look_up(w):
    """Only the cache is asked, with B's keys: A's entry is not B's."""
    w.environment(w.key(user(A), prefix="AKIA"))
    kernel = w.kernel()
    kernel.run()
    w.environment(w.key(user(B), prefix="AKIA"))
    for one in (kernel, w.kernel()):
        with pytest.raises(NotCachedError):
            one.run(only_cached=True)


@way
def temporary_keys_of_one_user(w):
    """A session with fewer rights has the ARN of its user, and neither is served the other's."""
    for key in (w.key(user(A), prefix="AKIA"), w.key(user(A)), w.key(user(A))):
        w.environment(key)
        assert (LIVE, [key, key]) == w.kernel().run()


@way
def temporary_keys_of_one_federated_user(w):
    """GetFederationToken gives each session the rights of its own policy."""
    for _ in range(2):
        key = w.key(f"arn:aws:sts::{A}:federated-user/ana")
        w.environment(key)
        assert (LIVE, [key, key]) == w.kernel().run()


@way
def a_long_lived_key_is_rotated(w):
    """The user's rights are the user's: the new key is served what the old one collected."""
    w.environment(w.key(user(A), prefix="AKIA"))
    w.kernel().run()
    w.environment(w.key(user(A), prefix="AKIA"))
    assert DISK == w.kernel().run()[0]


@way
def environment_keys_that_end(w):
    """Keys with an expiry are read anew from the environment, in the middle of a run."""
    w.environment(w.key(session(A)), AWS_CREDENTIAL_EXPIRATION="2099-01-01T00:00:00Z")
    kernel = w.kernel()
    target = kernel.plan()
    w.at_page[0] = lambda: w.environment(w.key(session(B)))
    ends_in_a_gap(kernel.call, target)


@way
def another_profile_is_set_in_the_middle(w):
    """AWS_PROFILE names another account's profile while the run goes on."""
    w.credentials(w.key(user(A), prefix="AKIA"), profile="default")
    kernel = w.kernel()
    target = kernel.plan()
    w.process(w.key(user(B)))
    w.at_page[0] = lambda: w.environment(w.key(user(B), prefix="AKIA"), AWS_PROFILE="p")
    ends_in_a_gap(kernel.call, target)


# Files.


@way
def credentials_file_is_edited_in_the_middle(w):
    """The profile's name is the same, its keys are B's."""
    kernel, profile = w.kernel(), w.credentials(w.key(user(A), prefix="AKIA"))
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.credentials(w.key(user(B), prefix="AKIA"))
    ends_in_a_gap(kernel.call, target)


@way
def credentials_file_is_rotated_in_the_middle(w):
    """A new key of the same user goes on, and its rows are the user's."""
    first, second = w.key(user(A), prefix="AKIA"), w.key(user(A), prefix="AKIA")
    kernel, profile = w.kernel(), w.credentials(first)
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.credentials(second)
    assert (LIVE, [first, second]) == kernel.call(target)
    assert MEMORY == kernel.run(profile)[0]


@way
def credentials_file_gets_temporary_keys(w):
    """A session of the same user takes the place of the long-lived key: it may see less."""
    kernel, profile = w.kernel(), w.credentials(w.key(user(A), prefix="AKIA"))
    kernel.run(profile)
    narrow = w.key(user(A))
    assert (LIVE, [narrow, narrow]) == kernel.run(w.credentials(narrow))


@way
def a_profile_is_pointed_at_another_accounts_role(w):
    """The role has the same name, the account is another."""
    text = "[profile r]\nrole_arn = {}\nsource_profile = f\nregion = eu-west-1\n"
    w.credentials(w.key(user(A), prefix="AKIA"))
    other = ROLE.replace(A, B)
    w.roles |= {ROLE: w.key(session(A)), other: w.key(session(B))}
    w.config(text.format(ROLE))
    kernel = w.kernel()
    target = kernel.plan("r")
    w.at_page[0] = lambda: w.config(text.format(other))
    ends_in_a_gap(kernel.call, target)
    assert B == kernel.plan("r").account
    assert LIVE == kernel.run("r")[0]


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


# What else is kept of an account.


@way
def regions_are_not_kept_for_another(w):
    """The list of regions is signed by B when A's is asked for."""
    kernel, profile = w.kernel(), w.process(w.key(session(A)))
    target = kernel.plan(profile)
    w.process(w.key(session(B)))
    ends_in_a_gap(enabled_regions, target, clients=kernel.pool, cache=kernel.cache)
    w.process(w.key(session(A)))
    found = enabled_regions(target, clients=kernel.pool, cache=kernel.cache)
    assert ("eu-west-1",) == found.names


@way
def a_refresh_behind_comes_from_another(w):
    """A stale answer is served and refreshed behind, after the keys became B's."""
    key = w.key(user(A))
    kernel, profile = w.kernel(), w.process(key)
    target = kernel.plan(profile)
    kernel.call(target)
    w.process(w.key(user(B)))
    assert [key, key] == kernel.call(target, ttl=0.0, stale=1e9)[1]
    _until(lambda: not kernel.cache.refresher.pending)
    assert [key, key] == kernel.call(target, only_cached=True, ttl=1e9)[1]
    assert "become another's" in str(kernel.cache.refresher.last_failure)


@way
def a_refresh_behind_has_other_rights(w):
    """The same user's next temporary keys: the older result stays as it was."""
    key = w.key(user(A))
    kernel, profile = w.kernel(), w.process(key)
    target = kernel.plan(profile)
    kernel.call(target)
    w.process(w.key(user(A)))
    kernel.call(target, ttl=0.0, stale=1e9)
    _until(lambda: not kernel.cache.refresher.pending)
    assert [key, key] == kernel.call(target, only_cached=True, ttl=1e9)[1]


@way
def a_single_flight_of_another_identity(w):
    """B does not wait for A's fetch of the same thing, nor gets what came of it."""
    from concurrent.futures import ThreadPoolExecutor

    kernels = [w.kernel(), w.kernel()]
    keys = [w.key(user(A), prefix="AKIA"), w.key(user(B), prefix="AKIA")]
    targets = [
        (kernel, kernel.plan(w.session_profile(kernel, key)))
        for kernel, key in zip(kernels, keys, strict=True)
    ]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: one[0].call(one[1]), targets * 4))
    assert [[key, key] for key in keys] * 4 == [signers for _, signers in found]


@way
def a_single_flight_whose_keys_change(w):
    """Who waits for a fetch that other rights finished asks for itself."""
    from concurrent.futures import ThreadPoolExecutor

    first, second = w.key(session(A)), w.key(session(A))
    kernel, profile = w.kernel(), w.process(first)
    target = kernel.plan(profile)
    w.at_page[0] = lambda: w.process(second)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kernel.call(target), range(4)))
    assert {LIVE} == {source for source, _ in found}
    assert 1 == w.asked[second]


def _until(is_so, seconds=20.0):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("mix_up", WAYS, ids=lambda way: way.__name__)
def test_no_way_mixes_identities(world, mix_up):
    """Each way ends in a gap or in rows of the right account, and nobody else is served them."""
    mix_up(world)
    audit(world)


def test_there_are_ways_enough():
    """The list above is the one the README of the product may point to: 30 ways and more."""
    assert len(WAYS) >= 30


def test_thirty_two_threads_ask_once(world):
    """A new key is asked about by one thread; the others wait for its answer."""
    from concurrent.futures import ThreadPoolExecutor

    kernel, profile = world.kernel(), world.process(world.key(session(A)))
    target = kernel.plan(profile)
    second = world.key(session(A))
    world.process(second)
    world.delay_s = 0.3
    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(lambda _: kernel.call(target, uses_cache=False), range(32)))

    assert {second} == {key for _, keys in found for key in keys}
    assert 1 == world.asked[second]


def test_no_key_is_kept_in_clear(world):
    """Neither file names nor contents of the cache tell an access key id."""
    key = world.key(session(A))
    world.environment(key)
    identity = identity_of("", clients=world.kernel().pool)
    world.kernel().run()
    files = [path for path in (world.folder / "cache").rglob("*") if path.is_file()]

    assert key not in identity.cached_as
    assert identity.rights
    kept = b"".join(path.read_bytes() for path in files if path.suffix != ".lock")
    rows = kept.count(f"{A}-{key}-".encode())  # the users of this world have the key in their names

    assert key not in " ".join(map(str, files))
    assert rows == kept.count(key.encode())
