"""Files that may not be read stay closed for the superuser as well, as for any other user."""

import ctypes
import os

_PR_CAPBSET_DROP, _VERSION_3, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 0x20080522, 1, 2


def without_privileges() -> None:
    """Let the permissions of files bind this process, also where root runs it (Linux)."""
    if os.geteuid():
        return
    system = ctypes.CDLL(None, use_errno=True)
    for one in (_DAC_OVERRIDE, _DAC_READ_SEARCH):  # else programs that it starts get them again
        if system.prctl(_PR_CAPBSET_DROP, one, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
    head = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    if system.capget(head, sets):
        raise OSError(ctypes.get_errno(), "capget")
    for n in range(3):
        sets[n] &= ~(1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH)
    if system.capset(head, sets):
        raise OSError(ctypes.get_errno(), "capset")
