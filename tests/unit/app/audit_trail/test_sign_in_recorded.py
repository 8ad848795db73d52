"""Sign-ins, failures and changes of accounts stand in the trail, or do not happen."""

import errno
from collections.abc import Callable

import pytest
from audited import entries, recorded
from signing_in import (
    ANNA,
    ANNAS_PASSWORD,
    BEN,
    BENS_PASSWORD,
    CHEAP,
    MovedClock,
    first_administrator,
)

from brainviewer.app.shared.nodes import keep_node
from brainviewer.app.sign_in import accounts
from brainviewer.app.sign_in.signing_in import (
    WrongPassword,
    begin_use,
    change_password,
    sign_in,
    sign_out,
)
from brainviewer.app.sign_in.tokens import make_token, reader_of_token
from brainviewer.core.errors import BrainViewerError
from brainviewer.files.audit_trail.places import trail_folder
from brainviewer.files.audit_trail.trail import UnwritableTrail
from brainviewer.files.durable.disk import using_disk
from brainviewer.files.user_folders import machine_folder
from brainviewer.pacs.node import DimseNode
from brainviewer.pacs.node_list import nodes
from tests.faulty_disk import FaultyDisk

pytestmark = pytest.mark.usefixtures("home")


def test_who_came_in_who_did_not_and_what_was_changed(tmp_path) -> None:
    clock, anna = MovedClock(), first_administrator()
    for name in (ANNA, "a password typed as a name"):
        with pytest.raises(WrongPassword):
            sign_in(name, "wrong", clock, CHEAP)
    begin_use(sign_in(ANNA, ANNAS_PASSWORD, clock, CHEAP))
    accounts.add_account(BEN, hashing=CHEAP)
    with pytest.raises(BrainViewerError, match="last administrator"):
        accounts.disable(ANNA)
    make_token(anna, tmp_path / "token")
    keep_node(DimseNode("archive", "here", 104, "A"))
    sign_out()
    reader_of_token(tmp_path / "token")
    assert recorded(0) == [
        ("trail started", "done"),
        ("accounts changed", "done"),
        ("sign-in failed", "failed"),
        ("sign-in failed", "failed"),
        ("signed in", "done"),
        ("accounts changed", "begun"),
        ("accounts changed", "begun"),
        ("accounts changed", "failed"),
        ("accounts changed", "begun"),
        ("PACS nodes changed", "begun"),
        ("signed out", "done"),
        ("signed in", "done"),
    ]
    told = entries()
    assert [entry.name for entry in told[2:5]] == [ANNA, "unknown", ANNA]
    assert {entry.name for entry in told[5:]} == {ANNA}
    assert told[5].what["account"] == BEN and told[5].what["change"] == "added"
    kept = b"".join(file.read_bytes() for file in trail_folder().iterdir())
    assert b"typed as" not in kept


def test_who_comes_in_by_choosing_a_password_has_signed_in() -> None:
    begin_use(first_administrator())
    once = accounts.add_account(BEN, hashing=CHEAP)
    ben = change_password(BEN, once, BENS_PASSWORD, MovedClock(), CHEAP)
    assert recorded(-2) == [("accounts changed", "done"), ("signed in", "done")]
    assert {entry.name for entry in entries()[-2:]} == {BEN}
    begin_use(ben)
    change_password(BEN, BENS_PASSWORD, ANNAS_PASSWORD, MovedClock(), CHEAP)  # he is in already
    assert [action for action, _ in recorded(-2)] == ["signed in", "accounts changed"]


def test_what_cannot_be_recorded_does_not_happen() -> None:
    anna = first_administrator()
    begin_use(anna)
    changes: list[Callable[[], object]] = [
        lambda: sign_in(ANNA, ANNAS_PASSWORD, MovedClock(), CHEAP),
        lambda: accounts.add_account(BEN, hashing=CHEAP),
        lambda: keep_node(DimseNode("archive", "here", 104, "A")),
        accounts.switch_off,
    ]
    for change in changes:
        full = FaultyDisk(machine_folder(), faults={1: errno.ENOSPC}, until=1000)
        with using_disk(full), pytest.raises(UnwritableTrail):
            change()
    assert [one.reader.name for one in accounts.list_accounts()] == [ANNA]
    assert nodes() == {}
