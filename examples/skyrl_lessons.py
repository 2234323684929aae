"""How do I train with SkyRL? Rows of data name the lessons; SkyRL-gym makes the environment and plays turn by turn."""

from __future__ import annotations

import skyrl_gym

from sml_env.integrations.skyrl import ENTRY_POINT, rows

WORDS = ("Is the answer greater than 0?", "give me a hint", "<think>Two questions will do.</think>answer: -16/3")


def main() -> None:
    """Play the lesson of one row as SkyRL's generator does, with a script in the model's place."""
    skyrl_gym.register(id="sml_env", entry_point=ENTRY_POINT)
    data = rows("sml_env/MathTutor-v0", seeds=[7], arguments={"config": {"topics": ["linear_equations"]}})
    for row in data:
        extras = {name: value for name, value in row.items() if name not in ("prompt", "env_class")}
        env = skyrl_gym.make(row["env_class"], env_config={}, extras={**extras, "max_turns": 8})
        messages, _ = env.init(row["prompt"])
        print(messages[-1]["content"])
        for words in WORDS:
            step = env.step(words)
            reward, bits = step["reward"], step["metadata"]["expected_bits"]
            print(f"> {words}\n{step['observations'][0]['content']}  [reward {reward:.2f}, {bits:.2f} bits]")
            if step["done"]:
                break
        print(env.get_metrics())


if __name__ == "__main__":
    main()
