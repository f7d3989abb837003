"""Walls around a process that works on foreign bytes: what it may use, and what the kernel lets it do.

Limits by setrlimit everywhere. On Linux also, as far as the kernel has them (`build` says which stand):

- seccomp: no socket, no program, no other process, no signal to others, no file written, moved or removed
- Landlock: no file read but the libraries and fonts

source  man 2 setrlimit, seccomp, prctl; kernel Documentation/userspace-api/landlock.rst, seccomp_filter.rst
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


class Limits(NamedTuple):
    """What one piece of work may use.

    seconds    of the clock until the next answer, not counting what it has to wait for a core on a busy machine
    memory     bytes of address space above what the process has at its start
    answer     bytes of one answer
    files      open files
    """

    seconds: float = 8.0
    memory: int = 1024**3
    answer: int = 128 * 1024**2
    files: int = 64


def build(limits: Limits) -> frozenset[str]:
    """Shut this process in for good; returns the walls that stand: "limits", "seccomp", "landlock"."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, limits.files)
    _limit(resource.RLIMIT_AS, address_space() + limits.memory)
    standing = {"limits"}
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
            standing |= {"landlock"} if _landlock(libc) else set()
            standing |= {"seccomp"} if _seccomp(libc) else set()
    return frozenset(standing)


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when the thread that made it ends, be it by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def spend(seconds: float) -> None:
    """Allow so many more seconds of processor time; the process is ended by SIGXCPU when they are used up."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = int(used + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def address_space() -> int:
    """Bytes of address space that this process has; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * PAGE_SIZE
    except OSError:
        return 0


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


# ---------- Landlock: which files may be read ----------

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every architecture
_LANDLOCK_VERSION, _PATH_BENEATH = 1, 1
_READ = 1 << 2 | 1 << 3  # READ_FILE, READ_DIR
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights over files a version knows; 16 from the fifth on


def _landlock(libc: ctypes.CDLL) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    if version < 1:
        return False
    handled = struct.pack("Q", (1 << _RIGHTS.get(version, 16)) - 1)
    rules = libc.syscall(_LANDLOCK_CREATE, handled, ctypes.c_size_t(len(handled)), 0)
    if rules < 0:
        return False
    for path in _readable():
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rights = _READ if path.is_dir() else 1 << 2
        libc.syscall(_LANDLOCK_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, at), 0)
        os.close(at)
    done = libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)
    return bool(done == 0)


def _readable() -> Iterator[Path]:
    """Python and its libraries, this package, the system's libraries and fonts: nobody's papers."""
    places = [sys.prefix, sys.base_prefix, str(Path(__file__).parent), "/usr", "/lib", "/lib64", "/etc/fonts"]
    yield from {path for place in places if (path := Path(place).resolve()).exists() and path != Path("/")}


# ---------- seccomp: which calls are answered with "not permitted" ----------

_FORBIDDEN = {  # name: number on x86-64, on arm64; None where that has no such call
    "socket": (41, 198),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "creat": (85, None),
    "truncate": (76, 45),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "open_by_handle_at": (304, 265),
}
_UNKNOWN = {"clone3": 435, "openat2": 437, "io_uring_setup": 425}  # what cannot be looked into is "no such call"
_OPEN, _OPENAT, _CLONE, _TGKILL = (2, None), (257, 56), (56, 220), (234, 131)
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # AUDIT_ARCH_*, column above
_LOAD, _EQUAL, _ATLEAST, _ANYBIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = _ERRNO | 1, _ERRNO | 38
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD = 0x00010000


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def _seccomp(libc: ctypes.CDLL) -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    code = b"".join(struct.pack("=HBBI", *step) for step in _filter(*machine))
    program = _Program(len(code) // 8, code)
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)


def _filter(audit: int, column: int) -> Iterator[tuple[int, int, int, int]]:
    """The program as (operation, steps to skip if true, if false, value)."""
    yield _LOAD, 0, 0, 4  # the architecture of the call
    yield _EQUAL, 1, 0, audit
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, 0  # its number
    yield _ATLEAST, 0, 1, 0x40000000  # x32, the third way into an x86 kernel
    yield _RETURN, 0, 0, _EPERM
    for numbers in _FORBIDDEN.values():
        yield from _refuse(numbers[column], _EPERM)
    for number in _UNKNOWN.values():
        yield from _refuse(number, _ENOSYS)
    yield from _unless(_OPEN[column], 1, (_ANYBIT, 0, 1, _WRITING))
    yield from _unless(_OPENAT[column], 2, (_ANYBIT, 0, 1, _WRITING))
    yield from _unless(_CLONE[column], 0, (_ANYBIT, 1, 0, _CLONE_THREAD))  # threads may be, processes not
    yield from _unless(_TGKILL[column], 0, (_EQUAL, 1, 0, os.getpid()))  # abort() signals itself
    yield _RETURN, 0, 0, _ALLOW


def _refuse(number: int | None, answer: int) -> Iterator[tuple[int, int, int, int]]:
    if number is not None:
        yield _EQUAL, 0, 1, number
        yield _RETURN, 0, 0, answer


def _unless(number: int | None, argument: int, check: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Refuse a call, unless the check of the low half of one argument skips the refusal."""
    if number is not None:
        yield _EQUAL, 0, 4, number
        yield _LOAD, 0, 0, 16 + 8 * argument
        yield check
        yield _RETURN, 0, 0, _EPERM
        yield _RETURN, 0, 0, _ALLOW
