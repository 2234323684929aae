"""Social meta-learning as Gymnasium environments: a student asks a teacher that knows what the student does not."""

from __future__ import annotations

from pathlib import Path

from sml_env.registration import register_all

__version__ = "0.1.0"

# In a bare checkout `envs/` and `verifiers/` lie beside this folder, not inside it.
_root = Path(__file__).resolve().parent.parent
if not (Path(__file__).resolve().parent / "envs").is_dir() and (_root / "setup.cfg").is_file():
    __path__.append(str(_root))

register_all()
