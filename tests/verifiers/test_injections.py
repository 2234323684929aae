"""Strings that have run code in other graders, or were written to: nothing runs, checked by an audit hook.

A process of its own imports the verifier and warms it up, then arms a hook that notes and refuses every audited event:
compiled or executed code, imports, opened files, processes, sockets. What reaches a worker is the text of a tree that
our own grammar made, never what was written; the workers are started before the hook is armed, since only they may be.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[1] / "cases"
TEXTS = [row["text"] for row in json.loads((CASES / "injections.json").read_text(encoding="utf-8"))]
WARMING = ("math_pairs.json", "lenient_pairs.json")
TO_CANARY = (
    "__import__('os').system('touch {0}')",
    "\\boxed{{__import__('os').system('touch {0}')}}",
    "open('{0}', 'w').write('x')",
    "\\pi + open('{0}', 'w').write('x')",
    "exec(\"open('{0}','w')\")",
    "eval(compile(\"open('{0}','w')\", 'f', 'exec'))",
    "[f for f in ().__class__.__base__.__subclasses__() if f.__name__ == 'Popen'][0](['touch', '{0}'])",
    "\\immediate\\write18{{touch {0}}}",
    "\\newwrite\\file \\openout\\file={0}",
    "$(touch {0})",
    "`touch {0}`",
    "; touch {0} #",
    "Symbol('x').__class__.__init__.__globals__['__builtins__']['open']('{0}','w')",
    "!!python/object/apply:os.system ['touch {0}']",
    'lambdify(x, \'open("{0}", "w")\')(1)',
)
ASKING = (("x > 2", "x^3 > 8"), ("(-\\infty,-\\sqrt5)\\cup(\\sqrt5,\\infty)", "x^2 > 5"))
"""Pairs that no stage in this process decides."""

HARNESS = """
import json, sys
from dataclasses import replace

request = json.load(sys.stdin)
noted = []
armed = False

def hook(event, arguments):
    if armed:
        noted.append(f"{event} {arguments!r}"[:200])
        raise RuntimeError(event)

sys.addaudithook(hook)

import sml_env.verifiers.workers
from sml_env.errors import ExpressionError
from sml_env.verifiers import extract, parse_expression, verify
from sml_env.verifiers.policy import LENIENT, Policy

policies = [Policy(timeout=request["timeout"]), replace(LENIENT, timeout=request["timeout"])]
statuses = set()

def check(text):
    extract(text)
    try:
        parse_expression(text)
    except ExpressionError:
        pass
    for policy in policies:
        for answer, reference in (
            (text, "7"), (f"The answer is {text}", "x^2"), (f"\\\\boxed{{{text}}}", "(1,2)"), ("7", text), (text, text),
            (f"{text}+1", text),
        ):
            statuses.add(str(verify(answer, reference, policy).status))

import socket, subprocess

breach = eval(f"lambda: {request['breach']}") if request["breach"] else None
if request["timeout"]:
    sml_env.verifiers.workers.start()
for answer, reference in request["warming"]:
    verify(answer, reference, policies[0])
statuses.clear()

asked = sml_env.verifiers.workers.statistics().asked
armed = True
try:
    for text in request["texts"]:
        check(text)
    for answer, reference in request["asking"]:
        verify(answer, reference, policies[0])
    if breach:
        breach()
except RuntimeError:
    pass
armed = False
asked = sml_env.verifiers.workers.statistics().asked - asked
print(json.dumps({"noted": noted, "statuses": sorted(statuses), "asked": asked}))
"""


def _run(folder: Path, texts: list[str], *, timeout: float = 0.0, breach: str = "") -> dict[str, object]:
    warming = [
        (row["answer"], row["reference"])
        for name in WARMING
        for row in json.loads((CASES / name).read_text(encoding="utf-8"))
    ]
    request = {"texts": texts, "timeout": timeout, "breach": breach, "warming": warming, "asking": ASKING}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HARNESS],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    reply: dict[str, object] = json.loads(done.stdout)
    return reply


@pytest.mark.parametrize("timeout", [0.0, 2.0], ids=["without workers", "with workers"])
def test_no_injection_runs_anything(tmp_path: Path, timeout: float) -> None:
    canary = tmp_path / "canary"
    reply = _run(tmp_path, TEXTS + [text.format(canary) for text in TO_CANARY], timeout=timeout)
    assert reply["noted"] == []
    assert bool(reply["asked"]) == bool(timeout)
    assert "infrastructure_error" not in reply["statuses"]  # type: ignore[operator]
    assert {"incorrect", "unparsable", "correct"} <= set(reply["statuses"])  # type: ignore[call-overload]
    assert list(tmp_path.iterdir()) == []


BREACHES = {
    "compile": "eval('1 + 1')",
    "import": "__import__('this')",
    "open": "open('canary', 'w')",
    "os.system": "sys.modules['os'].system('touch canary')",
    "subprocess.Popen": "subprocess.run(['touch', 'canary'])",
    "socket.__new__": "socket.socket()",
}
"""What a verifier might do wrong, by the name of its event; it is compiled before the hook is armed."""


@pytest.mark.parametrize("event", BREACHES)
def test_hook_notes_a_breach(tmp_path: Path, event: str) -> None:
    noted = _run(tmp_path, ["7"], breach=BREACHES[event])["noted"]
    assert isinstance(noted, list) and noted[0].startswith(event)
    assert list(tmp_path.iterdir()) == []


def test_table_is_big_enough() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 30
