"""Where accounts and their traces lie; asked at each start, so that it costs next to nothing."""

import os
from pathlib import Path

from brainviewer.files.user_folders import machine_folder, machine_settings_folder


def accounts_path() -> Path:
    """Where the accounts lie."""
    return machine_folder() / "accounts.sqlite"


def copy_path() -> Path:
    """Where the copy of them lies that is made after each change."""
    return machine_settings_folder() / "accounts.copy"


def marker_path() -> Path:
    """A file that is there while sign-in is on."""
    return machine_folder() / "readers" / "sign-in-is-on"


def there_may_be_accounts() -> bool:
    """Whether there is any trace of accounts; False costs two looks at the disk."""
    return any(os.path.lexists(path) for path in (accounts_path(), copy_path(), marker_path()))
