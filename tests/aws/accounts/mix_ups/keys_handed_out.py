"""Ways in which those who hand out keys change them: programs, containers, environment, files."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.error_handler import NotCachedError

from ..mixed_world import A, B, session, user
from .ways import DISK, LIVE, MEMORY, ROLE, ends_in_a_gap, way

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
