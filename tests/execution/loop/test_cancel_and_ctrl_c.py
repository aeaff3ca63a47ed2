"""The cancel token."""

from __future__ import annotations

from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken


def test_asking_twice_forces_it():
    """The first time cancels, the second time forces, more change nothing."""
    token = CancelToken()
    states = [(token.is_cancelled, token.is_forced)]
    for _ in range(3):
        token.cancel()
        states.append((token.is_cancelled, token.is_forced))

    assert [(False, False), (True, False), (True, True), (True, True)] == states
    assert token.event.is_set()


def test_callbacks_hear_every_cancel_until_they_are_taken_away():
    """Each cancel is told, a late listener is told at once, a forgotten one never."""
    token, heard = CancelToken(), []
    forget = token.on_cancel(lambda: heard.append("early"))
    token.cancel()
    token.on_cancel(lambda: heard.append("late"))
    forget()
    token.cancel()

    assert ["early", "late", "late"] == heard


def test_a_callback_may_ask_again():
    """Whoever is told may force the cancel without a deadlock."""
    token = CancelToken()
    token.on_cancel(lambda: token.is_forced or token.cancel())
    token.cancel()

    assert token.is_forced
