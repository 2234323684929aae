"""How do I train a language model? GRPO on lessons in TRL; a tiny random model by default, or ``--model``.

The tiny model has a token for each of a few utterances, may say nothing else, and learns one lesson by heart: it runs
anywhere in a minute.
"""

from __future__ import annotations

import argparse
import tempfile
from typing import Any

from sml_env.integrations.trl import LessonRollout, episode_return, lesson_dataset, success

ENV = "sml_env/TwentyQuestions-v0"
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
MARKS = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
UTTERANCES = ["is it > 2?", "is it even?", "answer: 1", "answer: 2", "answer: 3", "answer: 4"]


def tiny_model() -> tuple[Any, Any]:
    """A Llama of two layers with random weights, and a tokenizer of bytes, marks and whole utterances."""
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE(vocab={sign: number for number, sign in enumerate(alphabet)}, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(MARKS)
    raw.add_tokens([AddedToken(text, normalized=False) for text in UTTERANCES])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<|pad|>", eos_token="<|end|>")
    tokenizer.add_special_tokens({"additional_special_tokens": MARKS[2:]})
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=2048, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    return LlamaForCausalLM(config), tokenizer


def main() -> None:
    """Train for some steps, and print how the lessons went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="folder or name of a chat model; by default a tiny random one")
    parser.add_argument("--steps", type=int, default=25)
    arguments = parser.parse_args()

    import torch
    from transformers import AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer

    cpu = not torch.cuda.is_available()
    model, tokenizer, only = arguments.model, None, {}
    if model is None:
        model, tokenizer = tiny_model()
        said = set(tokenizer.convert_tokens_to_ids(UTTERANCES))
        only = {
            "generation_kwargs": {"suppress_tokens": [token for token in range(len(tokenizer)) if token not in said]}
        }
    tokenizer = tokenizer or AutoTokenizer.from_pretrained(model, padding_side="left")

    with tempfile.TemporaryDirectory() as folder:
        trainer = GRPOTrainer(
            model,
            args=GRPOConfig(
                output_dir=folder,
                max_steps=arguments.steps,
                num_generations=8,  # dialogues a problem
                per_device_train_batch_size=8 if arguments.model is None else 32,
                max_completion_length=1000,  # of a whole dialogue, the teacher's words included
                learning_rate=1e-2 if arguments.model is None else 1e-6,
                beta=0.0,  # no KL
                reward_weights=[1.0, 0.0],  # the second is only logged
                logging_steps=5,
                report_to=[],
                use_cpu=cpu,
                bf16=not cpu,
                save_strategy="no",
                **only,
            ),
            rollout_func=LessonRollout(
                ENV,
                config={"size": 4},
                max_turns=3,
                shaping="none",
                turn_tokens=1 if arguments.model is None else 128,
                system="Ask, then answer." if arguments.model is None else None,
            ),
            reward_funcs=[episode_return, success],
            train_dataset=lesson_dataset(ENV, 1 if arguments.model is None else 1_000),
            processing_class=tokenizer,
        )
        trainer.train()
    for entry in trainer.state.log_history:
        if "lessons/success" in entry:
            solved, turns, bits = (entry[f"lessons/{name}"] for name in ("success", "turns", "bits_per_turn"))
            print(f"step {entry['step']}: success {solved:.2f}, {turns:.1f} turns, {bits:.2f} bits a turn")


if __name__ == "__main__":
    main()
