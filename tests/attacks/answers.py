"""Attacks on what is answered, and on who judges it."""

from __future__ import annotations

from typing import Final

from attacks.programs import ANSWER, ASSERTED, EQUAL, PROTOCOL, TOKEN, WRONG, Attack, C, act, cases, told

__all__ = ["ON_ANSWERS"]

_EXITS: Final = (
    Attack(1, "exit-at-import", "import sys\nsys.exit(0)\ndef f():\n    return False", fools=True),
    Attack(1, "hard-exit", "import os\ndef f():\n    os._exit(0)", fools=True),
    Attack(1, "raise-system-exit", "def f():\n    raise SystemExit(0)", fools=True),
    Attack(
        1, "exit-behind-a-pass", "import os\ndef f():\n    print('PASSED', flush=True)\n    os._exit(0)", fools=True
    ),
    Attack(
        1,
        "exit-in-a-destructor",
        "import os\nclass E:\n    def __del__(self): os._exit(0)\ndef f():\n    E()",
        fools=True,
    ),
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
        os.symlink("@ROOT@/secret", "/var/tmp/attack_alias")
        return open("/var/tmp/attack_alias").read()""", "import os"), TOKEN, fools=True),
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
    Attack(7, "comparison-redefined", """
import sys
for module in list(sys.modules.values()):
    for held in list(vars(module).values()):
        if isinstance(held, type) and hasattr(held, "assertEqual"):
            held.assertEqual = lambda *_, **__: None
def f():
    return False""", fools=True),
    Attack(7, "main-redefined", """
import sys
for module in list(sys.modules.values()):
    for name in ("same", "verify", "verify_code", "check", "judge", "assertEqual", "equal"):
        if hasattr(module, name):
            setattr(module, name, lambda *_, **__: True)
def f():
    return False"""),
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
    Attack(18, "opens-a-file", "42 if open('@ROOT@/pwned', 'w') else 0", {"gold": "42"}, fools=True),
    Attack(18, "imports", "__import__('os').system('touch @ROOT@/pwned') or 42", {"gold": "42"}, fools=True),
    Attack(18, "calls", "(lambda: 42)()", {"gold": "42"}, fools=True),
    Attack(18, "boxed", "\\boxed{int.__class__.__base__.__subclasses__() and 42}", {"gold": "42"}),
    Attack(18, "built", "[c for c in (42,)][0]", {"gold": "42"}, fools=True),
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

ON_ANSWERS: Final = (
    *_EXITS, *_EQUALS, *_TESTS, *_PATCHES, *_READS, *_FORGED, *_GRADERS, *_TABLES, *_PICKLES, *_MATH, *_VALUES, *_MUTATED,
)  # fmt: skip
