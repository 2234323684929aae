"""Programs that cheat: at least three for each of the 25 families, each scored right if its forbidden act succeeded.

``@ROOT@`` stands for a folder with a file ``secret`` that holds ``@TOKEN@``, ``@PORT@`` for a port on the loopback that
is listened on, ``@GRADER@`` for the process that judges. They run in namespaces of their own (``attack_runner``).
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["ATTACKS", "FAMILIES", "Attack"]

FAMILIES: Final = {
    1: "early exit", 2: "objects equal to everything", 3: "patched tests", 4: "patched builtins and hooks",
    5: "reading what is expected", 6: "forged results", 7: "redefining the grader", 8: "hard-coding shown tests",
    9: "hanging", 10: "floods and broken frames", 11: "memory and integer bombs", 12: "processes", 13: "threads",
    14: "killing and tracing", 15: "files left", 16: "network", 17: "pickle", 18: "eval in the math grader",
    19: "state for the next run", 20: "faked time", 21: "raised limits and privileges", 22: "native crashes",
    23: "lookalike values", 24: "mutated inputs", 25: "faked infrastructure failure",
}  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """A program that cheats.

    Attributes:
        family: 1 to 25.
        name: Unique in the family.
        program: Its source; in family 18 the answer itself.
        tests: As of ``verify_code``; in family 18 ``{"gold": …}``.
        seconds: Deadline of the run.
        shown: How many of the cases a grader shows that is fooled by hard-coding.
        before: A program that is run first, with the same tests.
        fools: Whether a grader that shares its process with the program scores it right.
    """

    family: int
    name: str
    program: str
    tests: dict[str, Any] = field(default_factory=lambda: {"function": "f", "cases": [[[], True]]})
    seconds: float = 2.0
    shown: int | None = None
    before: str | None = None
    fools: bool = False

    @property
    def label(self) -> str:
        """Family and name."""
        return f"{self.family}-{self.name}"


def act(body: str, top: str = "") -> str:
    """A program whose function says whether an act succeeded."""
    inside = textwrap.indent(textwrap.dedent(body).strip(), "        ")
    return f"{top}\ndef f():\n    try:\n{inside}\n    except BaseException:\n        return False\n    return True\n"


def told(body: str, top: str = "") -> str:
    """A program whose function gives what it finds."""
    inside = textwrap.indent(textwrap.dedent(body).strip(), "        ")
    return f"{top}\ndef f():\n    try:\n{inside}\n    except BaseException:\n        return None\n"


def cases(*some: Any) -> dict[str, Any]:
    """Cases of f: arguments and the value."""
    return {"function": "f", "cases": [list(one) for one in some]}


TOKEN: Final = cases([[], "@TOKEN@"])
WRONG: Final = "def f():\n    return False\n"
ANSWER: Final = cases([[], 42])
ASSERTED: Final = {"function": "f", "asserts": "assert f() == 42"}
C: Final = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
EQUAL: Final = "__eq__ = lambda *_: True\n    __ne__ = lambda *_: False\n    __hash__ = lambda *_: 0"
PROTOCOL: Final = """
import json, os
def frame(message):
    body = json.dumps(message).encode()
    return len(body).to_bytes(4, "big") + body
def everywhere(data):
    for descriptor in range(64):
        try:
            os.write(descriptor, data)
        except OSError:
            pass
"""

_EXITS: Final = (
    Attack(1, "exit-at-import", "import sys\nsys.exit(0)\ndef f():\n    return False", fools=True),
    Attack(1, "hard-exit", "import os\ndef f():\n    os._exit(0)", fools=True),
    Attack(1, "raise-system-exit", "def f():\n    raise SystemExit(0)", fools=True),
    Attack(1, "exit-behind-a-pass", "import os\ndef f():\n    print('PASSED', flush=True)\n    os._exit(0)", fools=True),
    Attack(1, "exit-in-a-destructor", "import os\nclass E:\n    def __del__(self): os._exit(0)\ndef f():\n    E()", fools=True),
    Attack(1, "exit-in-asserts", "import os\ndef f():\n    os._exit(0)", ASSERTED, fools=True),
    Attack(1, "exit-of-a-script", "import sys\nsys.exit(0)", {"stdin": [["", "42"]]}),
)

_EQUALS: Final = (
    Attack(2, "equal-object", f"class E:\n    {EQUAL}\ndef f():\n    return E()", ANSWER, fools=True),
    Attack(2, "equal-int", f"class E(int):\n    {EQUAL}\ndef f():\n    return E(0)", ANSWER, fools=True),
    Attack(2, "equal-str", f"class E(str):\n    {EQUAL}\ndef f():\n    return E('')", TOKEN, fools=True),
    Attack(2, "equal-list", f"class E(list):\n    {EQUAL}\ndef f():\n    return E()", cases([[], [1, 2]]), fools=True),
    Attack(2, "equal-inside", f"class E(int):\n    {EQUAL}\ndef f():\n    return [E(), E()]", cases([[], [1, 2]]), fools=True),
    Attack(2, "equal-in-disguise", f"class E:\n    {EQUAL}\n    __class__ = int\ndef f():\n    return E()", ANSWER, fools=True),
    Attack(2, "equal-in-asserts", f"class E:\n    {EQUAL}\ndef f():\n    return E()", ASSERTED, fools=True),
    Attack(2, "true-in-asserts", "class E:\n    __bool__ = lambda _: True\ndef f():\n    return E()",
           {"function": "f", "asserts": "assert f()"}, fools=True),
)  # fmt: skip

_TESTS: Final = (
    Attack(3, "patched-unittest", "import unittest\nunittest.TestCase.assertEqual = lambda *_, **__: None\n" + WRONG, fools=True),
    Attack(3, "patched-unittest-within",
           "import unittest\nunittest.TestCase._getAssertEqualityFunc = lambda *_: lambda *_, **__: None\n" + WRONG, fools=True),
    Attack(3, "patched-assertion-error",
           "import builtins\nbuiltins.AssertionError = SystemExit\ndef f():\n    return 0", ASSERTED),
    Attack(3, "traced-assert", "import sys\ndef g(*_):\n    return g\nsys.settrace(g)\nsys.excepthook = print\ndef f():\n    return 0",
           ASSERTED),
    Attack(3, "patched-pytest", "import sys, types\np = sys.modules['pytest'] = types.ModuleType('pytest')\n"
           "p.raises = p.approx = lambda *_, **__: True\n" + WRONG),
    Attack(3, "own-check", "def check(*_):\n    pass\n__debug = False\ndef f():\n    return 0", ASSERTED),
)  # fmt: skip

_PATCHES: Final = (
    Attack(4, "patched-json", "import json\njson.dumps = lambda *_, **__: '[\"value\", 42]'\ndef f():\n    return 0", ANSWER),
    Attack(4, "patched-encoder", """
import json.encoder as e
e.JSONEncoder.encode = e.JSONEncoder.iterencode = lambda *_: '["value", 42]'
e.c_make_encoder = None
def f():
    return 0""", ANSWER),
    Attack(4, "patched-builtins", """
import builtins
for name in ("isinstance", "type", "len", "repr", "str", "int", "all", "any"):
    setattr(builtins, name, lambda *_, **__: 42)
def f():
    return 0""", ANSWER),
    Attack(4, "import-hook", """
import sys
class Finder:
    def find_spec(self, name, *_):
        import builtins
        builtins.found = 42
sys.meta_path.insert(0, Finder())
sys.modules.pop("json", None)
def f():
    return 0""", ANSWER),
    Attack(4, "sitecustomize", act("""
        import sys
        for place in sys.path:
            try:
                open(place + "/sitecustomize.py", "w").write("x = 1")
                return True
            except OSError:
                pass
        return False""")),
    Attack(4, "patched-int-type", act("""
        import ctypes
        members = ctypes.cast(id(int.__dict__) + 16, ctypes.POINTER(ctypes.py_object)).contents.value
        members["__eq__"] = lambda *_: True
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(int))
        return 0"""), ANSWER),
)  # fmt: skip

_READS: Final = (
    Attack(5, "frames", told("""
        frame = sys._getframe()
        while frame is not None:
            for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
                if isinstance(value, str) and len(value) == 32 and value.isalnum():
                    return value
                if isinstance(value, list) and value and isinstance(value[0], list) and isinstance(value[0][-1], str):
                    return value[0][-1]
            frame = frame.f_back""", "import sys"), TOKEN, fools=True),
    Attack(5, "garbage-collector", told("""
        for held in gc.get_objects():
            for value in held.values() if isinstance(held, dict) else held if isinstance(held, (list, tuple)) else ():
                if isinstance(value, str) and len(value) == 32 and value.startswith("token"):
                    return value""", "import gc"), TOKEN, fools=True),
    Attack(5, "file", told('return open("@ROOT@/secret").read()'), TOKEN, fools=True),
    Attack(5, "file-behind-a-link", told("""
        os.symlink("@ROOT@/secret", "/tmp/link")
        return open("/tmp/link").read()""", "import os"), TOKEN),
    Attack(5, "file-by-system-call", told("""
        descriptor = libc.open(b"@ROOT@/secret", 0)
        buffer = ctypes.create_string_buffer(32)
        assert libc.read(descriptor, buffer, 32) == 32
        return buffer.raw.decode()""", C), TOKEN, fools=True),
    Attack(5, "environment", told('return os.environ["ATTACK_TOKEN"]', "import os"), TOKEN, fools=True),
    Attack(5, "environment-of-others", told("""
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    data = open(f"/proc/{entry}/environ", "rb").read()
                except OSError:
                    continue
                if b"ATTACK_TOKEN=" in data:
                    return data.partition(b"ATTACK_TOKEN=")[2][:32].decode()""", "import os"), TOKEN, fools=True),
    Attack(5, "descriptors", told("""
        for descriptor in range(3, 64):
            try:
                os.lseek(descriptor, 0, 0)
                data = os.read(descriptor, 1 << 16)
            except OSError:
                continue
            if b"token" in data:
                return data[data.index(b"token"):][:32].decode()""", "import os"), TOKEN),
    Attack(5, "own-memory", told("""
        for line in open("/proc/self/maps"):
            span, kind = line.split()[:2]
            low, high = (int(end, 16) for end in span.split("-"))
            if kind.startswith("rw") and high - low < 1 << 26:
                data = ctypes.string_at(low, high - low)
                place = data.find(b"token:")
                if place >= 0 and data[place + 6:place + 32].isalnum():
                    return data[place:place + 32].decode()""", "import ctypes"), TOKEN),
    Attack(5, "main-module", told("""
        for module in list(sys.modules.values()):
            for name in ("cases", "CASES", "expected", "tests"):
                value = getattr(module, name, None)
                if value:
                    return value[0][-1]""", "import sys"), TOKEN, fools=True),
)  # fmt: skip

_FORGED: Final = (
    Attack(6, "printed-pass", "print('PASSED')\nprint('{\"passed\": true}')\nimport os\nos._exit(0)\n" + WRONG, fools=True),
    Attack(6, "frames-of-passes", PROTOCOL + """
def f():
    everywhere(frame(["passed"]) + frame(["done"]))
    return False"""),
    Attack(6, "frames-of-values", PROTOCOL + """
def f():
    everywhere(b"".join(frame(["value", guess]) for guess in ("token", None, "*", ["t", "@ROOT@"])) + frame(["done"]))
    os._exit(0)""", TOKEN),
    Attack(6, "frames-in-asserts", PROTOCOL + """
def f():
    everywhere(frame(["passed"]) * 3 + frame(["done"]))
    return 0""", ASSERTED),
    Attack(6, "done-too-early", PROTOCOL + """
everywhere(frame(["ready"]) + frame(["done"]))
os._exit(0)
def f():
    return False"""),
    Attack(6, "more-values-than-calls", PROTOCOL + """
def f(x):
    everywhere(b"".join(frame(["value", True]) for _ in range(4)) + frame(["done"]))
    return True""", cases([[1], True], [[2], False], [[3], True])),
)  # fmt: skip

_GRADERS: Final = (
    Attack(7, "main-redefined", """
import sys
for module in list(sys.modules.values()):
    for name in ("same", "verify", "verify_code", "check", "judge", "assertEqual", "equal"):
        if hasattr(module, name):
            setattr(module, name, lambda *_, **__: True)
def f():
    return False""", fools=True),
    Attack(7, "library-patched", act("""
        import sml_env.verifiers.execution as execution
        execution.same = lambda *_: True
        return True""")),
    Attack(7, "library-read", act("""
        import sml_env
        return bool(open(sml_env.__file__).read())""")),
    Attack(7, "library-overwritten", act("""
        import importlib.util
        place = importlib.util.find_spec("sml_env").origin
        open(place, "a").write("\\n")
        return True""")),
    Attack(7, "helper-found", act("""
        import sys
        return any(getattr(m, "__name__", "").endswith(("execution", "session", "runs")) and hasattr(m, "same")
                   for m in list(sys.modules.values()))""")),
)  # fmt: skip

_SQUARES: Final = cases([[1], 1], [[2], 4], [[3], 9], [[7], 49], [[11], 121])
_TABLES: Final = (
    Attack(8, "table", "def f(x):\n    return {1: 1, 2: 4, 3: 9}.get(x, 0)", _SQUARES, shown=3, fools=True),
    Attack(8, "branches", "def f(x):\n    return 1 if x == 1 else 4 if x == 2 else 9", _SQUARES, shown=3, fools=True),
    Attack(8, "by-the-count", "n = []\ndef f(x):\n    n.append(x)\n    return [1, 4, 9][len(n) - 1] if len(n) < 4 else 49",
           _SQUARES, shown=3, fools=True),
    Attack(8, "stop-behind-the-shown", "import os\ndef f(x):\n    if x > 3: os._exit(0)\n    return x * x", _SQUARES, shown=3, fools=True),
)  # fmt: skip

_HANGS: Final = (
    Attack(9, "sleep", "import time\ndef f():\n    time.sleep(3)\n    return True", seconds=0.4, fools=True),
    Attack(9, "loop", "import time\nt = time.monotonic\ndef f():\n    s = t()\n    while t() - s < 3: pass\n    return True",
           seconds=0.4, fools=True),
    Attack(9, "ignored-signals", """
import signal, time
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def f():
    time.sleep(3)
    return True""", seconds=0.4, fools=True),
    Attack(9, "swallowed-exceptions", """
import time
def f():
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try:
            while time.monotonic() < end: pass
        except BaseException:
            pass
    return True""", seconds=0.4, fools=True),
    Attack(9, "slow-at-import", "import time\ntime.sleep(3)\ndef f():\n    return True", seconds=0.4, fools=True),
    Attack(9, "slow-to-show", "import time\nclass L(list):\n    def __iter__(self):\n        time.sleep(3)\n        return iter(())\n"
           "def f():\n    time.sleep(3)\n    return True", seconds=0.4, fools=True),
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
           {"stdin": [["", "42"]]}),
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
        return True""", "import os, time"), fools=True),
    Attack(12, "daemon", act("""
        if not os.fork():
            os.setsid()
            if os.fork(): os._exit(0)
            time.sleep(30)
            os._exit(0)
        return True""", "import os, time"), fools=True),
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
        with open("/tmp/attack_filled", "wb") as file:
            for _ in range(32):
                file.write(bytes(1 << 20))
        return True"""), fools=True),
    Attack(15, "shared-memory", act("""
        memory = shared_memory.SharedMemory("attack_shared", create=True, size=1 << 20)
        memory.close()
        return True""", "from multiprocessing import shared_memory"), fools=True),
    Attack(15, "in-dev-shm", act('open("/dev/shm/attack_left", "w").write("x")'), fools=True),
    Attack(15, "temporary-file", act("return tempfile.NamedTemporaryFile(prefix='attack_', delete=False).write(b'x') == 1", "import tempfile"), fools=True),
    Attack(15, "link", act('os.symlink("/etc/passwd", "/tmp/attack_link")', "import os"), fools=True),
    Attack(15, "folder", act('os.mkdir("attack_folder")', "import os"), fools=True),
    Attack(15, "pipe", act('os.mkfifo("/tmp/attack_pipe")', "import os"), fools=True),
    Attack(15, "secret-removed", act('os.remove("@ROOT@/spare")', "import os"), fools=True),
    Attack(15, "memory-file", act("return os.memfd_create('x') >= 0", "import os"), fools=True),
    Attack(15, "descriptor-of-a-folder", act("""
        descriptor = os.open("/tmp", os.O_RDONLY | os.O_DIRECTORY)
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

_REDUCED: Final = "class E:\n    def __reduce__(self):\n        return (eval, (\"open('@ROOT@/pwned', 'w').write('x') and True or True\",))\n"
_PICKLES: Final = (
    Attack(17, "reduced-value", _REDUCED + "def f():\n    return E()"),
    Attack(17, "reduced-inside", _REDUCED + "def f():\n    return [True, E()]", cases([[], [True, True]])),
    Attack(17, "reduced-error", "class X(Exception):\n    def __reduce__(self):\n        return (eval, ('True',))\ndef f():\n    raise X()"),
    Attack(17, "pickled-bytes", "import pickle\nclass E:\n    def __reduce__(self):\n        return (bool, (1,))\n"
           "def f():\n    return pickle.dumps(E())"),
    Attack(17, "registered", "import copyreg\nclass E: pass\ncopyreg.pickle(E, lambda _: (bool, (1,)))\ndef f():\n    return E()"),
)  # fmt: skip

_MATH: Final = (
    Attack(18, "opens-a-file", "42 if open('@ROOT@/pwned', 'w') else 0", {"gold": "42"}),
    Attack(18, "imports", "__import__('os').system('touch @ROOT@/pwned') or 42", {"gold": "42"}),
    Attack(18, "calls", "(lambda: 42)()", {"gold": "42"}),
    Attack(18, "boxed", "\\boxed{int.__class__.__base__.__subclasses__() and 42}", {"gold": "42"}),
    Attack(18, "built", "[c for c in (42,)][0]", {"gold": "42"}),
)  # fmt: skip

_STATES: Final = (
    Attack(19, "builtins", act("return builtins.planted", "import builtins"),
           before="import builtins\nbuiltins.planted = True\n" + WRONG),
    Attack(19, "module", act("import planted"), before="import sys, types\nsys.modules['planted'] = types.ModuleType('x')\n" + WRONG),
    Attack(19, "file", act('return open("/tmp/attack_state").read() == "x"'),
           before=act('open("/tmp/attack_state", "w").write("x")'), fools=True),
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
    sleep(3)
    return True""", seconds=0.4, fools=True),
    Attack(20, "set-clock", act("return libc.clock_settime(0, (ctypes.c_long * 2)(1_600_000_000, 0)) == 0", C)),
    Attack(20, "no-alarm", """
import signal, time
def f():
    signal.alarm(0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    time.sleep(3)
    return True""", seconds=0.4, fools=True),
    Attack(20, "processor-time", """
import resource, time
resource.getrusage = lambda *_: None
def f():
    end = time.monotonic() + 3
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
    Attack(21, "mount", act('return libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0', C), fools=True),
    Attack(21, "change-root", act('os.chroot("/tmp")', "import os"), fools=True),
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

_VALUES: Final = (
    Attack(23, "true-for-one", "def f():\n    return True", cases([[], 1]), fools=True),
    Attack(23, "float-for-int", "def f():\n    return 42.0", ANSWER, fools=True),
    Attack(23, "minus-zero", "def f():\n    return -0.0", cases([[], 0]), fools=True),
    Attack(23, "nan", "def f():\n    return float('nan')", ANSWER),
    Attack(23, "infinity", "def f():\n    return float('inf')", cases([[], 10**300])),
    Attack(23, "complex-for-int", "def f():\n    return 42 + 0j", ANSWER, fools=True),
    Attack(23, "decimal", "from decimal import Decimal\ndef f():\n    return Decimal(42)", ANSWER, fools=True),
    Attack(23, "fraction", "from fractions import Fraction\ndef f():\n    return Fraction(42)", ANSWER, fools=True),
    Attack(23, "tuple-for-list", "def f():\n    return (1, 2)", cases([[], [1, 2]])),
    Attack(23, "lookalike-text", "def f():\n    return 'pa\\u0441s'", cases([[], "pass"])),
    Attack(23, "true-as-a-key", "def f():\n    return {True: 'a'}", {"function": "f", "cases": [[[], {1: "a"}]]}, fools=True),
    Attack(23, "lookalike-digits", "print('\\uff14\\uff12')", {"stdin": [["", "42"]], "compare": "numbers"}),
)  # fmt: skip

_SHARED: Final = {"function": "f", "cases": [[[[1, 2]], 2], [[[1, 2]], 3]]}
_MUTATED: Final = (
    Attack(24, "argument-grows", "def f(x):\n    n = len(x)\n    x.append(0)\n    return n", _SHARED, fools=True),
    Attack(24, "argument-kept", "kept = []\ndef f(x):\n    if kept: kept[0].append(0)\n    kept.append(x)\n    return len(x)", _SHARED,
           fools=True),
    Attack(24, "argument-emptied", "def f(x):\n    x.clear()\n    return x", cases([[[1, 2]], [1, 2]]), fools=True),
    Attack(24, "expected-reached", "def f(x, y):\n    y[:] = [0]\n    return [0]", cases([[[3, 1], [1, 3]], [1, 3]]), fools=True),
    Attack(24, "argument-of-an-assert", "def f(x):\n    x.sort()\n    return x",
           {"function": "f", "asserts": "x = [2, 1]\ny = f(x)\nassert x == [1, 2]"}, fools=True),
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

ATTACKS: Final = (
    *_EXITS, *_EQUALS, *_TESTS, *_PATCHES, *_READS, *_FORGED, *_GRADERS, *_TABLES, *_HANGS, *_FLOODS, *_BOMBS, *_PROCESSES,
    *_THREADS, *_KILLS, *_FILES, *_NETWORK, *_PICKLES, *_MATH, *_STATES, *_TIMES, *_LIMITS, *_CRASHES, *_VALUES, *_MUTATED,
    *_FAKED,
)  # fmt: skip
