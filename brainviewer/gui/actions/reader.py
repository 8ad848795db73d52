"""What a reader who has signed in can do about it, as rows of the table of actions."""

from brainviewer.app.facts import Fact
from brainviewer.gui.actions.action import Action

READER_ACTIONS: tuple[Action, ...] = (
    Action("lock", "Lock", "Ctrl+Shift+K", Fact.SIGNED_IN,
           lambda w: w.reader.lock_wanted.emit(),
           tip="Cover all windows until you, or somebody else, signs in"),
    Action("change-password", "Change password…", "", Fact.SIGNED_IN,
           lambda w: w.reader.password_wanted.emit()),
    Action("sign-out", "Sign out", "", Fact.SIGNED_IN,
           lambda w: w.reader.sign_out_wanted.emit(),
           tip="Close your work and let somebody else sign in"),
)  # fmt: skip
READER_MENU: tuple[str, ...] = tuple(action.id for action in READER_ACTIONS)
