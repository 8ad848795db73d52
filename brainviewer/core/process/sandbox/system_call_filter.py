"""System calls that this process gives up for good: a filter of the kernel (seccomp, Linux).

The filter is a classic BPF program that is run with the number and the arguments of every call
(Documentation/userspace-api/seccomp_filter.rst). A refused call fails as it does without the
permission; one that hands its arguments over in memory, where the filter cannot look, fails as in
a kernel that does not have it, and libraries take the older one.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable, Mapping
from itertools import chain

from brainviewer.core.process.sandbox.system_calls import numbers_on

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
"""Calls of x86-64 with this bit are those of another table."""
_NO_NEW_PRIVILEGES, _GET_SECCOMP = 38, 21
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_THREAD = 0x00010000
"""Flag of ``clone``: a thread, no process."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_OWN_KIND = 1
"""Sockets within this computer (AF_UNIX)."""

_OF_THE_SYSTEM = """
mount umount2 pivot_root chroot unshare setns fsopen move_mount open_tree fsmount mount_setattr bpf
perf_event_open userfaultfd keyctl add_key request_key init_module finit_module delete_module
kexec_load kexec_file_load reboot swapon swapoff acct quotactl settimeofday clock_settime
clock_adjtime adjtimex syslog iopl ioperm personality open_by_handle_at fanotify_init
"""
_INTO_OTHERS = "ptrace process_vm_readv process_vm_writev pidfd_getfd"
_TO_OTHERS = "pidfd_open pidfd_send_signal process_madvise kcmp"
_PAST_THE_FILTER = "io_uring_setup io_uring_enter io_uring_register"
"""What is asked for through it is done without any filter."""
_NETWORK = "socket socketpair connect bind listen accept accept4"
_PROGRAMS = "execve execveat fork vfork"
_FILES = """
creat unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat mkdir mkdirat rmdir
mknod mknodat truncate chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes
futimesat utimensat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
"""
_MESSAGES = "shmget shmat msgget semget mq_open"
_IN_MEMORY = "clone3 openat2"

Instruction = tuple[int, int, int, int]
"""Code, how many to skip if it holds and if not, and the number that it is about."""


def decoder_filter(machine: str, process_id: int) -> tuple[Instruction, ...]:
    """Of a process that decodes: no network, no other process, and no file but to be read.

    machine : as ``os.uname`` names it. Empty where it is not known here.
    """
    calls = numbers_on(machine)
    refused = (
        *(_OF_THE_SYSTEM, _INTO_OTHERS, _TO_OTHERS, _PAST_THE_FILTER),
        *(_NETWORK, _PROGRAMS, _FILES, _MESSAGES),
    )
    rules = [
        _refused(calls, (_IN_MEMORY,), errno.ENOSYS),
        _refused(calls, refused),
        _refused_with(calls, "clone", 0, any_bit=0, but_any_bit=_THREAD),
        _refused_with(calls, "open", 1, any_bit=_WRITES),
        _refused_with(calls, "openat", 2, any_bit=_WRITES),
    ]
    rules += [
        _allowed_only(calls, name, (process_id,))
        for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
    ]
    rules.append(_allowed_only(calls, "prlimit64", (0, process_id)))
    return _program(machine, rules)


def engine_filter(machine: str) -> tuple[Instruction, ...]:
    """Of a process that runs networks: no sockets but within this computer, no other process.

    Drivers of graphics cards start programs and write files, so that those stay allowed.
    """
    calls = numbers_on(machine)
    refused = (_OF_THE_SYSTEM, _INTO_OTHERS, _PAST_THE_FILTER)
    return _program(
        machine, [_refused(calls, refused), _allowed_only(calls, "socket", (_OWN_KIND,))]
    )


def can_filter() -> bool:
    """Whether this system takes filters of system calls."""
    if not _known():
        return False
    libc = ctypes.CDLL(None)
    return bool(libc.prctl(_GET_SECCOMP, 0, 0, 0, 0) >= 0)


def give_up_privileges() -> bool:
    """Let no program that is started have more rights than this one; whether that holds now."""
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


def install(program: Iterable[Instruction]) -> bool:
    """Run a filter at every call of every thread from now on; whether the system takes it.

    ``give_up_privileges`` comes first.
    """
    content = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    if not content or not _known():
        return False

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    number = numbers_on(os.uname().machine)["seccomp"]
    held = Program(
        len(content) // 8, ctypes.cast(ctypes.create_string_buffer(content), ctypes.c_char_p)
    )
    done = ctypes.CDLL(None).syscall(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(held))
    return bool(done == 0)


def _known() -> bool:
    machine = os.uname().machine
    # A process of 32 bits on a machine of 64 has another table of calls.
    return sys.platform.startswith("linux") and machine in _ARCHITECTURES and sys.maxsize > 2**32


def _program(machine: str, rules: Iterable[list[Instruction]]) -> tuple[Instruction, ...]:
    if machine not in _ARCHITECTURES:
        return ()
    other_table: list[Instruction] = []
    if machine == "x86_64":
        other_table = [(_AT_LEAST, 0, 1, _X32), _fail(errno.ENOSYS)]
    return (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *other_table,
        *chain.from_iterable(rules),
        (_RETURN, 0, 0, _ALLOW),
    )


def _fail(number: int) -> Instruction:
    return _RETURN, 0, 0, _FAIL | number


def _refused(
    calls: Mapping[str, int], groups: Iterable[str], error: int = errno.EPERM
) -> list[Instruction]:
    """Each call of some groups fails; one that the machine does not have is left out."""
    names = (name for group in groups for name in group.split() if name in calls)
    return list(chain.from_iterable(((_EQUAL, 0, 1, calls[name]), _fail(error)) for name in names))


def _refused_with(
    calls: Mapping[str, int], name: str, argument: int, *, any_bit: int, but_any_bit: int = 0
) -> list[Instruction]:
    """A call fails with any of the bits in an argument; or without any of some others."""
    if name not in calls:
        return []
    bits, with_it, without = (any_bit, 0, 1) if any_bit else (but_any_bit, 1, 0)
    return [
        (_EQUAL, 0, 3, calls[name]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * argument),  # its lower half: both orders are little
        (_ANY_BIT, with_it, without, bits),
        _fail(errno.EACCES),
        (_LOAD, 0, 0, _NUMBER),
    ]


def _allowed_only(
    calls: Mapping[str, int], name: str, values: tuple[int, ...]
) -> list[Instruction]:
    """A call fails unless its first argument is one of some numbers."""
    if name not in calls:
        return []
    count = len(values)
    tests = [(_EQUAL, count - n, 0, value) for n, value in enumerate(values)]
    return [
        (_EQUAL, 0, 2 + count, calls[name]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        *tests,
        _fail(errno.EPERM),
        (_LOAD, 0, 0, _NUMBER),
    ]
