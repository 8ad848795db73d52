"""Numbers of the system calls that are refused, by machine (Linux: ``unistd_64.h`` of each)."""

from collections.abc import Mapping
from types import MappingProxyType

_BY_MACHINE = """
socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, accept 43 202,
accept4 288 242, execve 59 221, execveat 322 281, fork 57 -, vfork 58 -, clone 56 220,
clone3 435 435, ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271,
pidfd_getfd 438 438, pidfd_open 434 434, process_madvise 440 440, kcmp 312 272, kill 62 129,
tkill 200 130, tgkill 234 131, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240,
pidfd_send_signal 424 424, open 2 -, openat 257 56, openat2 437 437, creat 85 -,
open_by_handle_at 304 265, unlink 87 -, unlinkat 263 35, rename 82 -, renameat 264 38,
renameat2 316 276, link 86 -, linkat 265 37, symlink 88 -, symlinkat 266 36, mkdir 83 -,
mkdirat 258 34, rmdir 84 -, mknod 133 -, mknodat 259 33, truncate 76 45, chmod 90 -, fchmod 91 52,
fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54,
utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88, setxattr 188 5, lsetxattr 189 6,
fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16,
io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427, mount 165 40,
umount2 166 39, pivot_root 155 41, chroot 161 51, unshare 272 97, setns 308 268, fsopen 430 430,
move_mount 429 429, open_tree 428 428, fsmount 432 432, mount_setattr 442 442, bpf 321 280,
perf_event_open 298 241, userfaultfd 323 282, keyctl 250 219, add_key 248 217, request_key 249 218,
init_module 175 105, finit_module 313 273, delete_module 176 106, kexec_load 246 104,
kexec_file_load 320 294, reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89,
quotactl 179 60, settimeofday 164 170, clock_settime 227 112, clock_adjtime 305 266,
adjtimex 159 171, syslog 103 116, iopl 172 -, ioperm 173 -, personality 135 92, shmget 29 194,
shmat 30 196, msgget 68 186, semget 64 190, mq_open 240 180, prlimit64 302 261,
fanotify_init 300 262, landlock_create_ruleset 444 444, landlock_add_rule 445 445,
landlock_restrict_self 446 446, seccomp 317 277
"""
_COLUMNS = {"x86_64": 1, "aarch64": 2}


def numbers_on(machine: str) -> Mapping[str, int]:
    """The system calls by name; empty for a machine that is not known here.

    machine : as ``os.uname`` names it. A call that it does not have is left out.
    """
    column = _COLUMNS.get(machine)
    if column is None:
        return MappingProxyType({})
    rows = (row.split() for row in _BY_MACHINE.replace("\n", " ").split(","))
    return MappingProxyType({row[0]: int(row[column]) for row in rows if row[column] != "-"})
