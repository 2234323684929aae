"""A tiny chat model made on the spot: a tokenizer trained on a few texts, a chat template, and random weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

TEMPLATE: Final = (
    "{% for message in messages %}{% if message['role'] == 'assistant' %}<a>{% generation %}{{ message['content'] }}<e>"
    "{% endgeneration %}{% else %}<u>{{ message['content'] }}<e>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<a>{% endif %}"
)
"""A turn is a mark, the words, and the end of text."""

CHATML: Final = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""As Qwen's: the template goes on after the end of an assistant's turn."""

MARKS: Final = ("<p>", "<e>", "<u>", "<a>", "<|im_start|>", "<|im_end|>")


def tiny_tokenizer(texts: Sequence[str], template: str = TEMPLATE, end: str = "<e>", whole: Sequence[str] = ()) -> Any:
    """A byte-level tokenizer in which each of some texts may be one token that is not special."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE(unk_token="<p>"))
    raw.decoder = decoders.ByteLevel()
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=list(MARKS), initial_alphabet=alphabet)
    raw.train_from_iterator(texts, trainer)
    tokenizer: Any = PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<p>", eos_token=end)
    tokenizer.add_tokens([AddedToken(text, normalized=False, special=False) for text in whole])
    tokenizer.chat_template = template
    return tokenizer


def tiny_llama(tokenizer: Any, context: int = 2048, seed: int = 0) -> Any:
    """A Llama of two layers with random weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=context, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    return LlamaForCausalLM(config)
