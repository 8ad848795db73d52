"""Signing in: who may use BrainViewer on this computer, and who may change what all share.

For the window and the command line alike:

- ``permission.sign_in_is_on()``; ``permission.require(role)``, which every verb calls that changes
  what all readers share.
- ``signing_in.sign_in(name, password)`` → the Reader, who is not yet in use: an unlocking window
  compares ``reader.id``, any other calls ``begin_use(reader)``, and ``sign_out()`` at the end.
  Raises ``PasswordMustChange`` for a one-time password: ask for a new one and call
  ``change_password(name, old, new)``, which returns the Reader. ``wait_seconds(name)`` is what is
  to be counted down. ``password_check.check_password(new, name)`` and ``WHAT_IS_ACCEPTABLE`` of
  ``core.accounts.password_rules`` tell what a new one must be.
- ``accounts``: list, add, disable, enable, reset, set the role, remove; for administrators.
- ``tokens``: files by which commands sign in; each reader has his own.
- ``reader_name.reader_name()``: who is named in what a reader makes.
- ``first_account``: made on a terminal only; a contract keeps it to the command line.
"""
