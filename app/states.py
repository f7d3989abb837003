"""The states of a submission and the ways between them, as data."""

from __future__ import annotations

SENDING, RECEIVED, READY, ATTENTION = "sending", "received", "ready", "attention"
ACCEPTED, RETURNED = "accepted", "returned"

STATES = (SENDING, RECEIVED, READY, ATTENTION, ACCEPTED, RETURNED)

WAYS = {
    SENDING: {RECEIVED},
    RECEIVED: {READY, ATTENTION},
    READY: {ACCEPTED, RETURNED},
    ATTENTION: {ACCEPTED, RETURNED},
    ACCEPTED: set(),
    RETURNED: set(),
}

AT_THE_DESK = {RECEIVED, READY, ATTENTION}
TO_DECIDE = {READY, ATTENTION}
DECIDED = {ACCEPTED, RETURNED}


def may_move(old: str, new: str) -> bool:
    """Whether a submission may go from one state to another."""
    return new in WAYS[old]
