"""The doors that a cell shuts behind itself. Linux only; what a machine lacks is left out and not claimed.

Only the standard library and the C library: this runs in the jail before anything else may be trusted.
"""

import contextlib
import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)
NOBODY = 65534
_NO_NEW_PRIVILEGES, _DUMPABLE, _SECCOMP, _GET_SECCOMP, _PARENT_DEATH = 38, 4, 22, 21, 1
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000


def enclose(readable: Iterable[str], scratch: str = "") -> list[str]:
    """Shut what can be shut for the cell and all its children; the names of the doors that now stand.

    In `scratch` alone files may be made; it is emptied after every request.
    """
    readable = list(readable)
    shut = []
    if not _has_network() or _unshare_network():
        shut.append("no network")
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    if _landlock(readable, scratch):
        shut.append("landlock")
    if os.geteuid() != 0 or (all(map(_open_to_others, readable)) and _become_nobody()):
        shut.append("not root")
    return shut


def confine(seconds: float, megabytes: int, file_bytes: int = 0, opens_files: bool = False) -> None:
    """The last doors, for one request: limits, and no sockets, programs, processes or signals; unless
    the work has files of its own, no file can be opened either, on a kernel without Landlock too.
    """
    _libc.prctl(_PARENT_DEATH, 9, 0, 0, 0)
    whole = max(1, int(seconds + 0.999))
    _limit(resource.RLIMIT_CPU, whole, whole + 1)
    _limit(resource.RLIMIT_AS, megabytes * 1024 * 1024)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)
    forbid_system_calls(opens_files)


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (soft, soft if hard is None else hard))


def _has_network() -> bool:
    """A fresh namespace has a loopback interface at most, and that is down."""
    try:
        with open("/proc/net/dev") as table:
            return len(table.readlines()) > 3
    except OSError:
        return True


def _unshare_network() -> bool:
    return _libc.unshare(_NEW_NET) == 0 or _libc.unshare(_NEW_USER | _NEW_NET) == 0


def _open_to_others(path: str) -> bool:
    """Whether any user may come as far as this path: a home of root's would be closed to nobody."""
    path = os.path.realpath(path)
    while path != "/":
        path = os.path.dirname(path)
        if not os.stat(path).st_mode & 0o001:
            return False
    return True


def _become_nobody() -> bool:
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except OSError:
        return False
    return True


# --- Landlock: no files but these, no TCP, no signals to the outside. Kernel 5.13 and later.

_FS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_READ = (1 << 2) | (1 << 3)
_SPECIAL = 1 | sum(1 << bit for bit in (6, 9, 10, 11, 12, 15))
"""To run programs, and to make devices, sockets, pipes and links."""


def _landlock(readable: Iterable[str], scratch: str) -> bool:
    version = _libc.syscall(444, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    files = (1 << _FS_BITS.get(version, 16)) - 1
    rules = struct.pack("QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _libc.syscall(444, rules, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    for path in readable:
        _allow(ruleset, path, _READ if os.path.isdir(path) else 1 << 2)
    if scratch:
        _allow(ruleset, scratch, files & ~_SPECIAL)
    done = _libc.syscall(446, ruleset, 0) == 0
    os.close(ruleset)
    return done


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    _libc.syscall(445, ruleset, 1, struct.pack("=Qi", access, place), 0)
    os.close(place)


# --- seccomp: a short list of what no rendering needs and every escape does.

_CALLS = {
    "x86_64": (
        0xC000003E,
        56,
        "41 42 43 44 46 49 50 53 57 58 59 62 101 155 161 165 166 169 175 176 200 234 246 248 249 250 272 288"
        " 298 304 308 310 311 313 321 322 323 424 425 434 438",
        "2 85 257 437",
    ),
    "aarch64": (
        0xC00000B7,
        220,
        "39 40 41 51 97 104 105 106 117 129 130 131 142 198 199 200 201 202 203 206 211 217 218 219 221 241"
        " 242 265 268 270 271 273 280 281 282 424 425 434 438",
        "56 437",
    ),
}
"""The architecture's number, that of clone, and: socket and its kin, fork, execve, kill and its kin, ptrace,
process_vm_*, mount, chroot, modules, keys, namespaces, bpf, perf, userfaultfd, io_uring, pidfd_*; then open
and its kin."""

_CLONE3 = 435  # on every architecture; answered "no such call", so that the C library asks clone, which can be read
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _NOT_PERMITTED, _NO_SUCH_CALL = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT, _THREAD = 0, 4, 16, 0x10000


def forbid_system_calls(opens_files: bool = False) -> bool:
    """Whether the filter stands."""
    machine = platform.machine()
    if machine not in _CALLS:
        return False
    architecture, clone, calls, opening = _CALLS[machine]
    program = _filter(architecture, clone, calls if opens_files else f"{calls} {opening}")
    code = ctypes.create_string_buffer(b"".join(program))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    return _libc.prctl(_SECCOMP, 2, header, 0, 0) == 0


def knows_seccomp() -> bool:
    """Whether `forbid_system_calls` will work here: the kernel answers the question, and we know its
    numbers.
    """
    return platform.machine() in _CALLS and _libc.prctl(_GET_SECCOMP, 0, 0, 0, 0) >= 0


def _filter(architecture: int, clone: int, calls: str) -> list[bytes]:
    """Wrong architecture: killed. A call on the list, or one of the foreign x32 numbers: not permitted.
    Clone: for threads only, which the text library starts.
    """
    tests = [(_AT_LEAST, 0x40000000, 1), (_EQUAL, _CLONE3, 2), (_EQUAL, clone, 3)]
    tests += [(_EQUAL, number, 1) for number in map(int, calls.split())]
    lines = [(_LOAD, 0, 0, _ARCHITECTURE_AT), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    lines.append((_LOAD, 0, 0, _NUMBER_AT))
    # Behind the tests stand four ends: allow, not permitted, no such call, and the look into clone's flags.
    lines += [(code, len(tests) - place - 1 + end, 0, k) for place, (code, k, end) in enumerate(tests)]
    lines += [(_RETURN, 0, 0, end) for end in (_ALLOW, _NOT_PERMITTED, _NO_SUCH_CALL)]
    lines += [(_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_ANY_BIT, 0, 1, _THREAD)]
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _NOT_PERMITTED)]
    return [struct.pack("HBBI", *line) for line in lines]
