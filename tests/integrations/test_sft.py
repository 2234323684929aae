"""Generated data in the hands of those who train: `datasets` loads it, and TRL takes a step of SFT on it.

Set SML_ENV_TEST_LESSONS to a folder that `sml-env generate` made to try that one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from integrations.tiny_chat import tiny_llama, tiny_tokenizer

from sml_env.bench.cli import cli

pytestmark = [pytest.mark.integrations, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if made := os.environ.get("SML_ENV_TEST_LESSONS"):
        return Path(made)
    out = tmp_path_factory.mktemp("data") / "lessons"
    arguments = ["generate", "--agents", "greedy,scripted", "--episodes", "60", "--out", str(out)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return out


def test_datasets_loads_the_folder_as_it_is(folder: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="needs datasets: make test-integrations")
    data = datasets.load_dataset(str(folder))
    lines = {path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in folder.glob("*.jsonl")}
    assert set(data) == set(lines)
    for split, rows in lines.items():
        assert [row["messages"] for row in data[split]] == [row["messages"] for row in rows]
        assert "answer" not in data[split].column_names


def test_trl_takes_a_step_of_sft_on_the_students_words_alone(folder: Path, tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="needs TRL: make test-integrations")
    import torch
    from datasets import load_dataset

    data = load_dataset(str(folder), split="train")
    texts = [message["content"] for row in data for message in row["messages"]]
    tokenizer = tiny_tokenizer(texts)
    model = tiny_llama(tokenizer)
    before = model.lm_head.weight.detach().clone()
    settings = trl.SFTConfig(
        output_dir=str(tmp_path), max_steps=1, per_device_train_batch_size=4, assistant_only_loss=True, max_length=2048,
        report_to=[], use_cpu=True, bf16=False, save_strategy="no", learning_rate=1e-2,
    )  # fmt: skip
    trainer = trl.SFTTrainer(model, args=settings, train_dataset=data, processing_class=tokenizer)
    batch = next(iter(trainer.get_train_dataloader()))
    kept = batch["labels"] != -100
    words = tokenizer.decode(batch["labels"][0][kept[0]])
    said = [message["content"] for row in data for message in row["messages"] if message["role"] == "assistant"]
    assert all(part in said for part in words.split("<e>")[:-1])
    outcome = trainer.train()
    assert outcome.training_loss > 0.0 and not torch.equal(before, trainer.model.lm_head.weight.detach().cpu())
