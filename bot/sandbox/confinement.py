"""What a process that opens strangers' bytes may do: read the program's own files, compute, and answer.

Landlock (Linux 5.13 and newer) keeps it from every other file, seccomp from sockets, from other processes, from what
Landlock leaves of files and from memory that no limit counts, limits from leaving its memory on the disk; what root may
beside others it gives up. Elsewhere it has only a clean environment: `missing_protections` says what is not there.
"""

import ctypes
import errno
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

PACKAGES = ("bot", "model")  # where the program lives beside an organiser's own files, only these of it are read
_SYSTEM = (
    "/etc/ld.so.cache",
    "/gnu/store",
    "/lib",
    "/lib64",
    "/nix/store",
    "/proc/cpuinfo",
    "/proc/self",
    "/sys/devices/system/cpu",
    "/usr",
)
_DENIED = (
    *("socket", "connect", "bind", "io_uring_setup"),
    *("execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "unshare", "setns"),
    # Landlock leaves whose a file is, who may open it, and when it was changed,
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr"),
    *("removexattrat", "utime", "utimes", "futimesat", "utimensat", "file_setattr"),
    # how other processes of the account are treated, and memory that is still there when this one is gone
    *("setpriority", "sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity", "ioprio_set"),
    *("shmget", "msgget", "semget", "add_key", "keyctl"),
    *("memfd_create", "memfd_secret", "socketpair"),  # memory that is not counted as this process's
)
CLONE_THREAD = 0x10000
NOT_COUNTED = (0x21, 0x100)  # flags of mmap: shared and of no file; growing downwards, as stacks do
CAPABILITIES_VERSION = 0x20080522  # https://man7.org/linux/man-pages/man2/capset.2.html
READ_OTHERS_FILES = 0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH; Landlock says which files
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ")
_KEPT_BEGINNINGS = ("LC_", "OMP_", "OPENBLAS_", "PYTHON")


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of the environment a library may need: no tokens, and nothing else that somebody put there."""
    return {name: value for name, value in environment.items() if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}


def missing_protections() -> tuple[str, ...]:
    """Return what this system cannot keep such a process from; empty where it can do all."""
    if platform.system() != "Linux":
        return ("Landlock", "seccomp")
    import landlockpy
    import seccompy

    there = {"Landlock": landlockpy.supported(), "seccomp": seccompy.supported()}
    return tuple(name for name, is_there in there.items() if not is_there)


def confine(readable: Iterable[str] = ()) -> None:
    """Give up, for good, whatever this process does not need; beside the program it may read `readable`."""
    missing = missing_protections()
    if "seccomp" not in missing:
        _deny_calls()
    if "Landlock" not in missing:
        _read_only((*_program(), *readable))
    if platform.system() == "Linux":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _give_up_capabilities()


def _give_up_capabilities() -> None:
    """Keep of what root may only to read others' files: the program may lie in the folder of whoever installed it."""
    head, data = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0), (ctypes.c_uint32 * 6)()
    with suppress(AttributeError):  # a C library that has no such functions
        library = ctypes.CDLL(None)
        library.capget(head, data)
        kept = [number & READ_OTHERS_FILES for number in data[:2]]  # effective and permitted; nothing is inherited
        library.capset(head, (ctypes.c_uint32 * 6)(*kept))


def _read_only(paths: Iterable[str]) -> None:
    from landlockpy import AccessFS, Ruleset, Scope

    with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
        for path in filter(Path.exists, map(Path, paths)):
            rules.allow_path(path, AccessFS.READ_FILE | (AccessFS.READ_DIR if path.is_dir() else AccessFS.NONE))
        for folder in filter(Path.is_dir, map(Path, sys.path)):
            rules.allow_path(folder, AccessFS.READ_DIR)  # an import lists it, though it may not read all in it
        rules.restrict()


def _program() -> Iterator[str]:
    """Yield where Python, its libraries and this program lie."""
    yield from (*_SYSTEM, sys.prefix, sys.base_prefix)
    for path in sys.path:
        here = Path(path or ".")
        if here.name in ("site-packages", "dist-packages"):
            yield str(here)
        else:
            yield from (str(here / package) for package in PACKAGES)


def _deny_calls() -> None:
    from seccompy import Action, ArgCmp, CmpOp, Filter

    rules = Filter(default=Action.ALLOW)
    for call in _DENIED:
        with suppress(ValueError):  # not every machine has the older ones
            rules.errno(call, errno.EPERM)
    rules.errno("prlimit64", errno.EPERM, args=[ArgCmp(0, CmpOp.NE, 0)])  # another process's; 0 is this one
    rules.errno("clone", errno.EPERM, args=[ArgCmp(0, CmpOp.MASKED_EQ, 0, CLONE_THREAD)])  # threads it may have
    with suppress(ValueError):  # where it has another name
        for flags in NOT_COUNTED:
            rules.errno("mmap", errno.EPERM, args=[ArgCmp(3, CmpOp.MASKED_EQ, flags, flags)])
    rules.errno("clone3", errno.ENOSYS)  # its flags cannot be seen: libraries fall back to clone
    rules.load()
