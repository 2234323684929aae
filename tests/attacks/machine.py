"""Attacks on the machine: its time, memory, processes, files, network and privileges."""

from __future__ import annotations

from typing import Final

from attacks.programs import PROTOCOL, WRONG, Attack, C, act, cases

__all__ = ["ON_THE_MACHINE"]

_HANGS: Final = (
    Attack(9, "sleep", "import time\ndef f():\n    time.sleep(1.2)\n    return True", seconds=0.4, fools=True),
    Attack(9, "loop", "import time\nt = time.monotonic\ndef f():\n    s = t()\n    while t() - s < 1.2: pass\n    return True",
           seconds=0.4, fools=True),
    Attack(9, "ignored-signals", """
import signal, time
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def f():
    time.sleep(1.2)
    return True""", seconds=0.4, fools=True),
    Attack(9, "swallowed-exceptions", """
import time
def f():
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        try:
            while time.monotonic() < end: pass
        except BaseException:
            pass
    return True""", seconds=0.4, fools=True),
    Attack(9, "slow-at-import", "import time\ntime.sleep(1.2)\ndef f():\n    return True", seconds=0.4, fools=True),
    Attack(9, "slow-to-show", "import time\nclass L(list):\n    def __iter__(self):\n        time.sleep(1.2)\n        return iter(())\n"
           "def f():\n    time.sleep(1.2)\n    return True", seconds=0.4, fools=True),
)  # fmt: skip

_FLOODS: Final = (
    Attack(10, "giant-length", PROTOCOL + """
import time
def f():
    everywhere((1 << 31).to_bytes(4, "big"))
    time.sleep(5)
    return True""", seconds=0.4),
    Attack(10, "half-a-frame", PROTOCOL + """
import time
def f():
    everywhere((64).to_bytes(4, "big") + b'["value"')
    time.sleep(5)
    return True""", seconds=0.4),
    Attack(10, "garbage-frames", PROTOCOL + "def f():\n    everywhere(bytes(range(256)) * 16)\n    return True"),
    Attack(10, "drip", PROTOCOL + """
import time
def f():
    everywhere((4000).to_bytes(4, "big"))
    while True:
        everywhere(b"[")
        time.sleep(0.05)""", seconds=0.4),
    Attack(10, "deep-value", "def f():\n    x = []\n    for _ in range(100_000): x = [x]\n    return x"),
    Attack(10, "deep-frame", PROTOCOL + """
def f():
    body = b"[" * 60_000 + b"]" * 60_000
    everywhere(len(body).to_bytes(4, "big") + body)
    return True"""),
    Attack(10, "giant-value", "def f():\n    return 'a' * (1 << 28)"),
    Attack(10, "flood-behind-the-answer", "import sys\nprint(42)\nfor _ in range(9):\n    sys.stdout.write(' ' * (1 << 20))\nprint(43)",
           {"stdin": [["", "42"]]}, fools=True),
    Attack(10, "endless-output", "while True: print(42)", {"stdin": [["", "42"]]}, seconds=0.6),
)  # fmt: skip

_BOMBS: Final = (
    Attack(11, "memory", act("""
        held = []
        for _ in range(40):
            held.append(bytearray(1 << 26))
        return len(held) == 40""")),
    Attack(11, "memory-at-once", act("return len(bytearray(3 << 30)) > 0")),
    Attack(11, "mapped-memory", act("""
        held = [mmap.mmap(-1, 1 << 29) for _ in range(6)]
        return len(held) == 6""", "import mmap")),
    Attack(11, "power", "def f():\n    x = 9 ** (9 ** 8)\n    return x > 0", seconds=0.6),
    Attack(11, "many-digits", "def f():\n    return 1 << 20_000_000", cases([[], 1])),
    Attack(11, "long-text", act("return len('a' * (1 << 33)) > 0")),
    Attack(11, "digits-in-an-error", "def f():\n    raise ValueError(1 << 20_000_000)", cases([[], 1])),
)  # fmt: skip

_PROCESSES: Final = (
    Attack(12, "fork", act("""
        pid = os.fork()
        if not pid: os._exit(0)
        return pid > 0""", "import os"), fools=True),
    Attack(12, "forks", act("""
        for _ in range(40):
            if not os.fork():
                time.sleep(20)
                os._exit(0)
        return True""", "import os, time")),
    Attack(12, "daemon", act("""
        if not os.fork():
            os.setsid()
            if os.fork(): os._exit(0)
            time.sleep(30)
            os._exit(0)
        return True""", "import os, time")),
    Attack(12, "subprocess", act("return subprocess.run(['/bin/true']).returncode == 0", "import subprocess"), fools=True),
    Attack(12, "multiprocessing", act("""
        process = multiprocessing.get_context("fork").Process(target=print)
        process.start()
        process.join()
        return process.exitcode == 0""", "import multiprocessing"), fools=True),
    Attack(12, "spawn", act("return os.posix_spawn('/bin/true', ['true'], {}) > 0", "import os"), fools=True),
    Attack(12, "fork-by-system-call", act("""
        pid = libc.syscall({"x86_64": 57}.get(os.uname().machine, 220), 17, 0, 0, 0, 0)
        if pid == 0: libc._exit(0)
        return pid > 0""", C + "import os\n"), fools=True),
    Attack(12, "clone3", act("""
        arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
        pid = libc.syscall(435, arguments, 88)
        if pid == 0: libc._exit(0)
        return pid > 0""", C), fools=True),
    Attack(12, "exec", "import os\ndef f():\n    os.execv('/bin/true', ['true'])", fools=True),
)  # fmt: skip

_THREADS: Final = (
    Attack(13, "thread-bomb", act("""
        threading.stack_size(1 << 16)
        for _ in range(60_000):
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
        return True""", "import threading, time")),
    Attack(13, "threads-that-answer", PROTOCOL + """
import threading
def flood():
    while True:
        everywhere(frame(["value", True]))
def f():
    threading.Thread(target=flood, daemon=True).start()
    return False"""),
    Attack(13, "threads-that-stay", """
import threading, time
def spin():
    end = time.monotonic() + 30
    while time.monotonic() < end: pass
def f():
    for _ in range(8):
        threading.Thread(target=spin).start()
    return threading.active_count() > 100"""),
    Attack(13, "value-changed-later", """
import threading
value = [False]
def f():
    threading.Timer(0.05, value.__setitem__, (0, True)).start()
    return value""", cases([[], [True]])),
)  # fmt: skip

_KILLS: Final = (
    Attack(14, "kill-the-parent", act("""
        assert os.getppid() > 1
        os.kill(os.getppid(), signal.SIGKILL)
        return True""", "import os, signal")),
    Attack(14, "kill-the-grader", act("os.kill(@GRADER@, 0)", "import os"), fools=True),
    Attack(14, "kill-all", act("""
        others = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) not in (1, os.getpid())]
        for pid in others:
            os.kill(pid, 0)
        return len(others) > 0""", "import os"), fools=True),
    Attack(14, "stop-the-grader", act("os.kill(@GRADER@, signal.SIGCONT)", "import os, signal"), fools=True),
    Attack(14, "trace", act("""
        assert libc.ptrace(16, @GRADER@, 0, 0) == 0
        libc.ptrace(17, @GRADER@, 0, 0)
        return True""", C)),
    Attack(14, "read-its-memory", act("""
        class Span(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
        here = ctypes.create_string_buffer(8)
        local, remote = Span(ctypes.addressof(here), 8), Span(id(None), 8)
        return libc.process_vm_readv(@GRADER@, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) >= 0 or (
            ctypes.get_errno() == 14)""", C), fools=True),
    Attack(14, "descriptor-of-a-process", act("return libc.syscall(434, @GRADER@, 0) >= 0", C), fools=True),
)  # fmt: skip

_FILES: Final = (
    Attack(15, "fill-the-disk", act("""
        with open("/var/tmp/attack_filled", "wb") as file:
            for _ in range(8):
                file.write(bytes(1 << 20))
        return True"""), fools=True),
    Attack(15, "shared-memory", act("""
        memory = shared_memory.SharedMemory("attack_shared", create=True, size=1 << 20)
        memory.close()
        return True""", "from multiprocessing import shared_memory"), fools=True),
    Attack(15, "in-dev-shm", act('open("/dev/shm/attack_left", "w").write("x")'), fools=True),
    Attack(15, "temporary-file", act("return tempfile.NamedTemporaryFile(prefix='attack_', delete=False).write(b'x') == 1", "import tempfile"), fools=True),
    Attack(15, "link", act('os.symlink("/etc/passwd", "/var/tmp/attack_link")', "import os"), fools=True),
    Attack(15, "folder", act('os.mkdir("attack_folder")', "import os"), fools=True),
    Attack(15, "pipe", act('os.mkfifo("/var/tmp/attack_pipe")', "import os"), fools=True),
    Attack(15, "secret-removed", act('os.remove("@ROOT@/spare")', "import os"), fools=True),
    Attack(15, "memory-file", act("return os.memfd_create('x') >= 0", "import os"), fools=True),
    Attack(15, "descriptor-of-a-folder", act("""
        descriptor = os.open("/var/tmp", os.O_RDONLY | os.O_DIRECTORY)
        os.open("attack_at", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor)
        return True""", "import os"), fools=True),
)  # fmt: skip

_NETWORK: Final = (
    Attack(16, "connect", act('socket.create_connection(("127.0.0.1", @PORT@), 1)', "import socket"), fools=True),
    Attack(16, "datagram", act("""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            return one.sendto(b"x", ("127.0.0.1", @PORT@)) == 1""", "import socket"), fools=True),
    Attack(16, "listen", act("""
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        one.listen()
        return True""", "import socket"), fools=True),
    Attack(16, "abstract-socket", act("""
        with socket.socket(socket.AF_UNIX) as one:
            one.connect("\\0attack-@TOKEN@"[:40])
        return True""", "import socket"), fools=True),
    Attack(16, "netlink", act("return libc.socket(16, 3, 0) >= 0", C), fools=True),
    Attack(16, "asyncio", act("""
        async def go():
            await asyncio.open_connection("127.0.0.1", @PORT@)
        asyncio.run(go())
        return True""", "import asyncio"), fools=True),
    Attack(16, "ring", act("return libc.syscall(425, 4, ctypes.create_string_buffer(256)) >= 0", C)),
)  # fmt: skip

_STATES: Final = (
    Attack(19, "builtins", act("return builtins.planted", "import builtins"),
           before="import builtins\nbuiltins.planted = True\n" + WRONG),
    Attack(19, "module", act("import planted"), before="import sys, types\nsys.modules['planted'] = types.ModuleType('x')\n" + WRONG),
    Attack(19, "file", act('return open("/var/tmp/attack_state").read() == "x"'),
           before=act('open("/var/tmp/attack_state", "w").write("x")'), fools=True),
    Attack(19, "working-folder", act('return open("attack_state").read() == "x"'), before=act('open("attack_state", "w").write("x")'),
           fools=True),
    Attack(19, "environment", act('return os.environ["PLANTED"] == "x"', "import os"),
           before="import os\nos.environ['PLANTED'] = 'x'\nos.putenv('PLANTED', 'x')\n" + WRONG),
    Attack(19, "patched-json", act("import json\nreturn json.dumps(1) == 'planted'"),
           before="import json\njson.dumps = lambda *_, **__: 'planted'\n" + WRONG),
    Attack(19, "shared-memory", act("""
        from multiprocessing import shared_memory
        memory = shared_memory.SharedMemory(name="attack_state")
        return True"""), before=act("""
        from multiprocessing import resource_tracker, shared_memory
        resource_tracker.register = lambda *_: None
        shared_memory.SharedMemory(name="attack_state", create=True, size=8)
        return True"""), fools=True),
)  # fmt: skip

_TIMES: Final = (
    Attack(20, "patched-time", """
import time
sleep = time.sleep
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
def f():
    sleep(1.2)
    return True""", seconds=0.4, fools=True),
    Attack(20, "set-clock", act("return libc.clock_settime(0, (ctypes.c_long * 2)(1_600_000_000, 0)) == 0", C)),
    Attack(20, "no-alarm", """
import signal, time
def f():
    signal.alarm(0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    time.sleep(1.2)
    return True""", seconds=0.4, fools=True),
    Attack(20, "processor-time", """
import resource, time
resource.getrusage = lambda *_: None
def f():
    end = time.monotonic() + 1.2
    while time.monotonic() < end: pass
    return True""", seconds=0.4, fools=True),
)  # fmt: skip

_LIMITS: Final = (
    Attack(21, "raise-memory", act("""
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        return len(bytearray(3 << 30)) > 0""", "import resource")),
    Attack(21, "raise-files", act("""
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        held = [os.dup(1) for _ in range(3000)]
        return len(held) == 3000""", "import os, resource")),
    Attack(21, "unshare", act("return libc.unshare(0x10000000) == 0", C), fools=True),
    Attack(21, "mount", act('return libc.mount(b"none", b"@ROOT@/empty", b"tmpfs", 0, None) == 0', C), fools=True),
    Attack(21, "change-root", act('os.chroot("@ROOT@/empty")', "import os"), fools=True),
    Attack(21, "become-root", act("os.setuid(0)", "import os"), fools=True),
    Attack(21, "limit-of-the-grader", act("resource.prlimit(@GRADER@, resource.RLIMIT_CPU)", "import resource"), fools=True),
    Attack(21, "capabilities", act("return libc.prctl(47, 2, 21, 0, 0) == 0", C)),
    Attack(21, "run-in-another-namespace", act("""
        descriptor = os.open("/proc/self/ns/user", os.O_RDONLY)
        return libc.setns(descriptor, 0) == 0 or ctypes.get_errno() == 22""", C + "import os\n"), fools=True),
)  # fmt: skip

_CRASHES: Final = (
    Attack(22, "null-pointer", "import ctypes\ndef f():\n    ctypes.string_at(0)\n    return True"),
    Attack(22, "abort", "import os\ndef f():\n    os.abort()\n    return True"),
    Attack(22, "stack", "import sys\nsys.setrecursionlimit(10 ** 9)\ndef g(n):\n    return g(n + 1) + 1\ndef f():\n    return g(0) > 0"),
    Attack(22, "bad-bytecode", "def f():\n    f.__code__ = f.__code__.replace(co_code=bytes([255] * 8))\n    return f()"),
    Attack(22, "freed-none", "import ctypes\ndef f():\n    ctypes.memset(id(True), 0, 16)\n    return True and ctypes.string_at(8)"),
)  # fmt: skip

_FAKED: Final = (
    Attack(25, "close-everything", "import os\nos.closerange(0, 256)\n" + WRONG),
    Attack(25, "kill-what-is-above", """
import os, signal
def f():
    for pid in (os.getppid(), 1, -1):
        try:
            os.kill(pid, signal.SIGKILL)
        except BaseException:
            pass
    return False"""),
    Attack(25, "stop-itself", "import os, signal\ndef f():\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return False", seconds=0.4),
    Attack(25, "exhaust-descriptors", """
import os
def f():
    try:
        while True: os.dup(1)
    except OSError:
        pass
    return False"""),
    Attack(25, "claim-it", PROTOCOL + """
def f():
    everywhere(frame(["fault", "infrastructure", "", "", ""]) + frame(["infrastructure", "lost"]) + frame({"status": "lost"}))
    os._exit(70)"""),
    Attack(25, "nonsense", PROTOCOL + "def f():\n    everywhere(b'\\xff' * 4096)\n    os._exit(255)"),
    Attack(25, "exhaust-memory", "held = []\ndef f():\n    while True: held.append(bytearray(1 << 24))"),
    Attack(25, "die-of-a-signal", "import os, signal\ndef f():\n    signal.raise_signal(signal.SIGKILL)\n    os._exit(137)"),
)  # fmt: skip

ON_THE_MACHINE: Final = (
    *_HANGS, *_FLOODS, *_BOMBS, *_PROCESSES, *_THREADS, *_KILLS, *_FILES, *_NETWORK, *_STATES, *_TIMES, *_LIMITS, *_CRASHES, *_FAKED,
)  # fmt: skip
