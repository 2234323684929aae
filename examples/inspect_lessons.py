"""How do I evaluate a model with inspect-ai? Lessons are its task; here a script stands in the model's place."""

from __future__ import annotations

import tempfile
from typing import Any

from inspect_ai import eval as evaluate
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from sml_env.integrations.inspect_task import lessons

WORDS = ("Is the answer greater than 0?", "is it an integer?", "answer: 9")


def student(messages: list[Any], *_: object) -> ModelOutput:
    """The next line of a script; a real model is named instead: ``model="openai/…"``."""
    said = sum(message.role == "assistant" for message in messages)
    output = ModelOutput.from_content("mockllm/model", WORDS[said % len(WORDS)])
    output.usage = ModelUsage()  # without it the mock counts tokens by a vocabulary that it would download
    return output


def main() -> None:
    """Evaluate four lessons, and print the first one's transcript and the scores."""
    task = lessons("sml_env/MathTutor-v0", episodes=4, arguments={"config": {"topics": ["linear_equations"]}})
    with tempfile.TemporaryDirectory() as folder:
        model = get_model("mockllm/model", custom_outputs=student)
        (log,) = evaluate(task, model=model, log_dir=folder, display="none")
        for message in log.samples[0].messages[1:]:
            reward = f"  [reward {message.metadata['reward']:.2f}]" if message.metadata else ""
            print(f"{message.role}: {message.text}{reward}")
        for score in log.results.scores:
            print(score.name, {name: round(metric.value, 3) for name, metric in score.metrics.items()})


if __name__ == "__main__":
    main()
