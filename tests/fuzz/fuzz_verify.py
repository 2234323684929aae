"""Coverage-guided fuzzing of `verify` with atheris, which is no requirement of the tests: ``pip install atheris``.

    export PYTHONPATH=tests:.
    python tests/fuzz/fuzz_verify.py --seed FOUND
    python tests/fuzz/fuzz_verify.py FOUND -dict=tests/fuzz/latex.dict -max_len=300 -timeout=5 -max_total_time=600
    mkdir LESS; python tests/fuzz/fuzz_verify.py -merge=1 LESS FOUND
    python tests/fuzz/fuzz_verify.py --keep LESS

The first command fills a folder with the rows of the tables and the kept corpus; the last writes the kept corpus from a
folder, smallest inputs first. What must hold of a pair is in `properties`; a crash is a file of the failing input,
which ``--show FILE`` prints. Inputs are decoded here, not by atheris, so that the corpus is replayed without it.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
CORPUS = Path(__file__).resolve().parent / "corpus.jsonl"
SEPARATOR = "\x1e"
MOST_BYTES = 180_000
"""Largest kept corpus."""


def decoded(data: bytes) -> tuple[str, str]:
    """Split an input into the answer and the reference."""
    answer, _, reference = data.decode("utf-8", "surrogateescape").partition(SEPARATOR)
    return answer, reference


def encoded(answer: str, reference: str) -> bytes:
    """Join an answer and a reference into an input."""
    return f"{answer}{SEPARATOR}{reference}".encode("utf-8", "surrogateescape")


def seed(folder: Path) -> None:
    """Write the rows of the tables, the injections and the kept corpus as inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = [json.loads(line) for line in CORPUS.read_text(encoding="ascii").splitlines()] if CORPUS.exists() else []
    for name in ("math_pairs", "lenient_pairs", "injections"):
        rows = json.loads((TESTS / "cases" / f"{name}.json").read_text(encoding="utf-8"))
        pairs += [(row.get("answer", row.get("text")), row.get("reference", "7")) for row in rows]
    for pair in pairs:
        data = encoded(*pair)
        (folder / sha256(data).hexdigest()[:20]).write_bytes(data)


def keep(folder: Path) -> None:
    """Write the inputs of a folder as the kept corpus, smallest first, as many as fit."""
    lines: list[str] = []
    size = 0
    for data in sorted((path.read_bytes() for path in folder.iterdir()), key=lambda data: (len(data), data)):
        line = json.dumps(decoded(data))
        size += len(line) + 1
        if size > MOST_BYTES:
            break
        lines.append(line)
    CORPUS.write_text("\n".join(lines) + "\n", encoding="ascii")
    print(f"{len(lines)} inputs kept")


def fuzz() -> None:
    """Run libFuzzer with the arguments of the command line."""
    import atheris

    with atheris.instrument_imports(include=["sml_env.verifiers"]):
        from fuzz.properties import check_pair

    # libFuzzer starts itself again to merge, by the first argument and through a shell
    arguments = [f"{sys.executable} {sys.argv[0]}", *sys.argv[1:]]
    atheris.Setup(arguments, lambda data: check_pair(*decoded(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seed"]:
        seed(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--keep"]:
        keep(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--show"]:
        print(decoded(Path(sys.argv[2]).read_bytes()))
    else:
        fuzz()
