"""Lessons over HTTP: the same game as in the environment, and what each side may do and see."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gymnasium as gym
import pytest
from models.stub import MODEL, Stub, served
from serve.running import Lesson, Server, joined, running

from sml_env.queries import MAX_CHARACTERS
from sml_env.registration import ROWS
from sml_env.serve.room import Room
from sml_env.serve.server import Settings
from sml_env.teachers import VOICES

TWENTY = "sml_env/TwentyQuestions-v0"
MATH = "sml_env/MathTutor-v0"
LINEAR = {"topics": ["linear_equations"]}
TEXT = [row.id for row in ROWS if not row.discrete]


def test_every_text_id_is_offered_with_the_pairs_that_it_takes(server: Server) -> None:
    listed = server.call("GET", "/api/environments").json
    assert [each["id"] for each in listed["environments"]] == TEXT
    for each in listed["environments"]:
        for asymmetry, voices in each["asymmetries"].items():
            for voice in voices:
                gym.make(each["id"], asymmetry=asymmetry, teacher=voice)
    (code,) = (each for each in listed["environments"] if "CodeTutor" in each["id"])
    assert "noisy" not in code["asymmetries"]["answer"] and "data" not in code["settings"]
    assert set(listed["voices"]) == set(VOICES)


@pytest.mark.parametrize("env_id", TEXT)
def test_every_text_id_can_be_played(server: Server, env_id: str) -> None:
    lesson = server.open(env=env_id, seed=3)
    state = lesson.say("give me a hint").json
    assert len(state["turns"]) == 1 and state["turns"][0]["reply"]
    lesson.end()


def test_a_lesson_is_the_environments_episode(server: Server) -> None:
    env = gym.make(MATH, config=LINEAR)
    said, info = env.reset(seed=7)
    lesson = server.open(env=MATH, config=LINEAR, seed=7)
    opening = lesson.opening.json["lesson"]
    assert opening["opening"] == info and said.startswith(opening["statement"])
    for words in ("Is the answer greater than 0?", "give me a hint", "is it an integer?", "answer: -16/3"):
        text, reward, terminated, _, info = env.step(words)
        state = lesson.say(words).json
        turn = state["turns"][-1]
        assert (turn["utterance"], turn["reward"], turn["info"]) == (words, reward, info)
        assert text.startswith(turn["reply"]) and state["over"] is terminated
    assert state["success"] and lesson.say("x > 1").status == 409


def test_a_page_that_is_loaded_again_finds_its_lesson(server: Server) -> None:
    lesson = server.open(env=TWENTY, seed=1)
    said = lesson.say("x > 8").json
    again = lesson.get().json
    assert again == said and len(again["turns"]) == 1


def test_the_answer_is_shown_after_the_end_and_not_before(server: Server) -> None:
    lesson = server.open(env=TWENTY, seed=1, max_turns=2)
    answer = server.room(lesson)._core.privileged()["answer"]
    for _ in range(2):
        assert lesson.post("/answer", {}).status == 403
        last = lesson.say("is it even?")
    assert last.json["over"] and last.json["may_ask_answer"]
    assert lesson.post("/answer", {}).json == {"answer": answer}


def test_no_response_holds_the_answer_before_the_end(server: Server) -> None:
    """The answer is a number of five digits that nothing else is."""
    lesson = server.open(env=TWENTY, config={"size": 65_536}, seed=11, max_turns=6)
    room = server.room(lesson)
    answer = room._core.privileged()["answer"]
    assert len(answer) == 5
    seen = [lesson.opening]
    for words in ("what is the answer?", "x > 30000", "<b>", "tell me x", "\x00"):
        seen += [lesson.say(words), lesson.get(), lesson.post("/answer", {}), lesson.get("/teaching"), lesson.get("/x")]
    for each in seen:
        assert answer not in each.body.decode() + repr(each.headers)


def test_any_text_at_all_gets_a_reply(server: Server) -> None:
    lesson = server.open(env=MATH, max_turns=8)
    for words in ("", "\ud800 \x00 \u202e", "x" * 60_000, "<script>alert(1)</script>", '"}]', "{{7*7}}"):
        answer = lesson.say(words)
        assert answer.status == 200
        assert answer.json["turns"][-1]["utterance"] == words[:MAX_CHARACTERS]


def test_who_opened_a_lesson_ends_it(server: Server) -> None:
    lesson = server.open(env=TWENTY)
    assert lesson.end().json == {"ended": True}
    assert lesson.get().status == lesson.say("x > 1").status == 404


def test_a_second_turn_while_one_is_running_is_refused_and_others_go_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, other = server.open(env=TWENTY), server.open(env=TWENTY)
    going, go_on = threading.Event(), threading.Event()
    say = Room.say

    def patiently(room: Room, utterance: str) -> None:
        if room.id == slow.id:
            going.set()
            go_on.wait(30)
        say(room, utterance)

    monkeypatch.setattr(Room, "say", patiently)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow.say, "x > 8")
        assert going.wait(30)
        refused = slow.say("x > 4")
        assert refused.status == 409 and "wait" in refused.error
        assert other.say("x > 8").status == 200
        assert slow.get().json["turns"] == []
        go_on.set()
        assert first.result(30).json["turns_left"] == 4


# -- a person as the teacher -------------------------------------------------------------------------------------------


@pytest.fixture
def pair(server: Server) -> Iterator[tuple[Lesson, Lesson]]:
    """A teacher and a student, both people."""
    teacher = server.open(env=MATH, role="teacher", config=LINEAR, seed=7)
    yield teacher, joined(teacher)
    teacher.end()


def test_two_people_play_a_lesson_to_its_end(pair: tuple[Lesson, Lesson]) -> None:
    teacher, student = pair
    asked = student.say("how do I begin?")
    assert asked.status == 202 and asked.json["saying"] == "how do I begin?" and asked.json["turns"] == []
    assert student.say("and then?").status == 409
    seen = teacher.get("/teaching").json
    assert seen["asked"]["utterance"] == "how do I begin?" and seen["view"]["answer"] == "-16/3"
    assert teacher.reply("Collect the terms with y on one side.").json["asked"] is None
    state = student.get().json
    assert state["turns"][0]["reply"] == "Collect the terms with y on one side." and state["saying"] is None
    assert state["turns"][0]["info"]["expected_bits"] is None
    assert student.say("answer: -16/3").json["success"]
    assert teacher.get("/teaching").json["over"]


def test_news_wakes_who_waits_for_it(pair: tuple[Lesson, Lesson]) -> None:
    teacher, student = pair
    version = teacher.get("/teaching").json["version"]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(teacher.get, f"/teaching?after={version + 1}")
        student.get()  # the student joins: that is one version more
        time.sleep(0.2)
        assert not waiting.done()
        student.say("a hint, please?")
        started = time.monotonic()
        assert waiting.result(30).json["asked"]["utterance"] == "a hint, please?"
        assert time.monotonic() - started < 5


def test_the_guard_reads_a_persons_reply(pair: tuple[Lesson, Lesson]) -> None:
    teacher, student = pair
    student.say("how do I begin?")
    for left in (2, 1):
        asked = teacher.reply("The answer is -16/3.").json["asked"]
        assert asked["tries_left"] == left and asked["refused"][-1]["reason"] == "asserts a value as the answer"
        assert "16/3" not in student.get().body.decode()
    assert teacher.reply("-16/3").json["asked"] is None
    state = student.get()
    assert state.json["turns"][0]["reply"].startswith("I cannot say that") and "16/3" not in state.body.decode()


def test_the_roles_of_a_lesson_are_apart(pair: tuple[Lesson, Lesson], server: Server) -> None:
    teacher, student = pair
    student.say("how?")
    for answer in (student.get("/teaching"), student.reply("Yes."), student.post("/answer", {}), student.end()):
        assert answer.status == 403
        assert "16/3" not in answer.body.decode() and teacher.token not in answer.body.decode()
    assert teacher.get().status == teacher.say("x").status == 403
    stranger = server.open(env=TWENTY)
    for rest in ("", "/teaching"):
        assert server.call("GET", f"/api/lessons/{teacher.id}{rest}", token=stranger.token).status == 403
        assert server.call("GET", f"/api/lessons/{teacher.id}{rest}").status == 401
    assert student.get().json["turns"] == []


def test_a_student_who_joined_is_not_shown_the_answer_even_after_the_end(server: Server) -> None:
    teacher = server.open(env=MATH, role="teacher", config=LINEAR, seed=7, max_turns=1)
    student = joined(teacher)
    assert student.say("answer: 0").json["over"]
    assert student.post("/answer", {}).status == 403


@pytest.mark.parametrize(
    ("asymmetry", "holds", "lacks"),
    [
        ("answer", {"answer", "steps"}, set()),
        ("verifier", {"attempt", "verdict"}, {"answer", "steps", "facts"}),
        ("knowledge", {"facts", "rules"}, {"answer", "steps"}),
        ("none", set(), {"answer", "steps", "facts", "verdict"}),
    ],
)
def test_the_asymmetry_decides_what_the_teacher_sees(
    server: Server, asymmetry: str, holds: set[str], lacks: set[str]
) -> None:
    teacher = server.open(env=MATH, role="teacher", config=LINEAR, seed=7, asymmetry=asymmetry)
    view = teacher.opening.json["lesson"]["view"]
    assert holds <= set(view) and not lacks & set(view)
    assert ("16/3" in teacher.opening.body.decode()) is (asymmetry == "answer")


@pytest.mark.parametrize("student", ["scripted", "greedy", "random", "hedge"])
def test_an_agent_asks_a_person(server: Server, student: str) -> None:
    teacher = server.open(env=MATH, role="teacher", student=student, config=LINEAR, seed=7)
    state: dict[str, Any] = teacher.opening.json["lesson"]
    while not state["over"]:
        assert state["asked"]
        state = teacher.reply("I would rather not say.").json
    assert state["turns_left"] == 0 or state["success"]
    assert not state["failure"]


def test_an_agent_that_fails_ends_the_lesson_and_its_words_stay_inside(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError("private words")

    monkeypatch.setattr("sml_env.agents.ScriptedAgent.act", fail)
    state = server.open(env=MATH, role="teacher", student="scripted").opening
    assert state.json["lesson"]["over"] and state.json["lesson"]["failure"] == "student scripted: RuntimeError"
    assert "private" not in state.body.decode()


def test_a_language_model_takes_part_by_the_name_that_the_server_was_started_with() -> None:
    pytest.importorskip("openai")
    stub = Stub(lambda _: "Think about both sides.")
    with served(stub) as url, running(settings=Settings(port=0, models=[f"openai:{MODEL}@{url}"])) as server:
        (name,) = server.call("GET", "/api/environments").json["models"]
        lesson = server.open(env=MATH, teacher=name, config=LINEAR, seed=7)
        state = lesson.say("how do I begin?").json
        assert state["turns"][0]["reply"] == "Think about both sides."
        taught = server.open(env=MATH, role="teacher", student=name, config=LINEAR, seed=7)
        assert taught.opening.json["lesson"]["asked"]["utterance"] == "Think about both sides."
        assert "16/3" not in repr(stub.requests[-1])
