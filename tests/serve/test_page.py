"""The page in a browser: by keyboard alone, with what anybody has said as text, and no answer in it before the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browser import chromium
from serve.running import Server

pytestmark = pytest.mark.browser

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


class Visit:
    """A page of its own, with all that its server has answered and all that its console has said."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.answers: list[str] = []
        self.console: list[str] = []
        self.page.on("response", self._keep)
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.goto(url)

    def _keep(self, response: Any) -> None:
        if "/api/lessons" in response.url and response.status != 304:
            self.answers.append(str(response.all_headers()))
            self.answers.append(response.text())

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def say(self, words: str, turns: int) -> None:
        """Type into whatever has the focus, press Enter, and wait for the turn."""
        self.page.keyboard.type(words)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(f".turn:nth-child({turns}) .metered")

    def tab_to(self, selector: str) -> None:
        for _ in range(60):
            if self.page.locator(selector).evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by the Tab key")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}/"


@pytest.fixture
def visit(browser: Any, url: str) -> Iterator[Visit]:
    visit = Visit(browser, url)
    visit.page.wait_for_selector(".card-text >> nth=4")
    yield visit
    visit.context.close()


def begin(visit: Visit, server: Server, config: str = "", turns: str = "", env: str = "TwentyQuestions") -> str:
    """Choose and start a lesson by keyboard; the answer, which the server knows."""
    visit.tab_to("input[name='env'][value='sml_env/MathTutor-v0']")
    while visit.page.evaluate("document.activeElement.value") != f"sml_env/{env}-v0":
        visit.keys("ArrowDown")
    if config or turns:
        visit.tab_to("summary:has-text('More settings')")
        visit.keys("Enter")
        visit.tab_to("#max-turns")
        visit.page.keyboard.type(turns)
        visit.tab_to("#config")
        visit.page.keyboard.type(config)
    visit.tab_to("#start")
    visit.keys("Enter")
    visit.page.wait_for_selector("#words:focus")
    kept = visit.page.evaluate("JSON.parse(sessionStorage.getItem('sml-env-lesson')).id")
    return str(server.rooms.find(kept)._core.privileged()["answer"])


def test_a_lesson_is_played_to_its_end_by_keyboard_and_nothing_holds_the_answer_before(
    visit: Visit, server: Server
) -> None:
    answer = begin(visit, server, '{"size": 65536}', "4")
    assert len(answer) >= 3
    visit.say("x > 32768", 1)
    assert "told 1.00" in visit.page.inner_text(".metered")
    assert visit.page.inner_text("#bits-left") == "15.00" and visit.page.inner_text("#bits-of").startswith("of 16.00")
    assert visit.page.inner_text("#turns-left") == "3"
    visit.say(MARKUP, 2)
    visit.say("is it even?", 3)
    assert visit.page.inner_text("#bits-left") == "14.00"
    visit.page.reload()
    visit.page.wait_for_selector(".turn:nth-child(3) .metered")
    visit.page.wait_for_selector("#words:focus")
    before_the_end = "".join(visit.answers) + visit.page.content()
    assert f'"{answer}"' not in before_the_end and f" {answer}" not in before_the_end
    assert answer not in visit.page.inner_text("body")
    visit.say("x > 1", 4)
    visit.page.wait_for_selector("#end-title:focus")
    assert visit.page.inner_text("#end-title") == "Not solved"
    assert answer not in visit.page.inner_text("body") and f'"{answer}"' not in "".join(visit.answers)
    visit.tab_to("#show-answer")
    visit.keys("Enter")
    visit.page.wait_for_selector("#answer:visible")
    assert visit.page.inner_text("#answer-text") == answer
    visit.keys("Shift+Tab")
    visit.tab_to("#again")
    visit.keys("Enter")
    visit.page.wait_for_selector("#start:visible")
    assert visit.console == []


def test_a_right_attempt_is_said_to_be_one(visit: Visit, server: Server) -> None:
    answer = begin(visit, server)
    visit.say(f"answer: {answer}", 1)
    visit.page.wait_for_selector("#end-title:focus")
    assert visit.page.inner_text("#end-title") == "Solved" and visit.page.is_hidden("#composer")
    assert visit.page.inner_text("#bits-left") == "0.00"


def test_what_was_said_is_shown_as_text(visit: Visit, server: Server) -> None:
    begin(visit, server, env="MathTutor")
    title = visit.page.title()
    visit.say(MARKUP, 1)
    said = visit.page.locator(".said.mine").first
    assert said.inner_text().endswith(MARKUP)
    assert visit.page.locator("#transcript img, #transcript script").count() == 0
    assert visit.page.title() == title and visit.console == []


def test_a_program_is_written_line_by_line_and_sent_when_its_block_is_closed(visit: Visit, server: Server) -> None:
    begin(visit, server, env="CodeTutor")
    lines = ("```python", "def f(x):", "    return x", "```")
    for line in lines[:-1]:
        visit.page.keyboard.type(line)
        visit.keys("Enter")
    assert visit.page.locator(".turn").count() == 0
    visit.say(lines[-1], 1)
    assert visit.page.locator(".said.mine").inner_text().endswith("\n".join(lines))
    assert "not known" in visit.page.inner_text("#bits-left").lower()


def test_two_people_meet_by_the_link_and_the_student_gets_nothing_of_the_teachers(
    browser: Any, url: str, server: Server
) -> None:
    teacher = Visit(browser, url)
    teacher.page.wait_for_selector(".card-text >> nth=4")
    teacher.page.check("input[value='teacher']")
    teacher.page.click("summary:has-text('More settings')")
    teacher.page.fill("#config", '{"topics": ["linear_equations"]}')
    teacher.page.fill("#seed", "7")
    teacher.page.click("#start")
    teacher.page.wait_for_selector("#invite:visible")
    assert "-16/3" in teacher.page.inner_text("#known")
    student = Visit(browser, teacher.page.input_value("#join"))
    student.page.wait_for_selector("#words:focus")
    assert student.page.url.endswith("/join"), "the token stays in the address"
    teacher.page.wait_for_selector("#copied:has-text('The student is here')")
    student.page.keyboard.type(f"How do I begin? {MARKUP}")
    student.keys("Enter")
    teacher.page.wait_for_selector("#words:enabled")
    assert MARKUP in teacher.page.inner_text("#transcript")
    teacher.page.fill("#words", "The answer is -16/3.")
    teacher.page.press("#words", "Enter")
    teacher.page.wait_for_selector("#stopped:has-text('guard stopped')")
    teacher.page.fill("#words", "Collect y on one side. <b>Then divide.</b>")
    teacher.page.press("#words", "Enter")
    student.page.wait_for_selector(".said.theirs:has-text('<b>Then divide.</b>')")
    assert "not known" in student.page.inner_text(".metered")
    everything = "".join(student.answers) + student.page.content()
    assert "16/3" not in everything and "Subtract" not in everything
    student.page.reload()
    student.page.wait_for_selector(".said.theirs:has-text('<b>Then divide.</b>')")
    assert student.page.is_hidden("#leave")
    student.page.fill("#words", "answer: -16/3")
    student.page.press("#words", "Enter")
    for side in (student, teacher):
        side.page.wait_for_selector("#end-title:has-text('Solved')")
        assert side.console == []
        side.context.close()


def test_it_fits_a_phone_in_light_and_dark(browser: Any, url: str, server: Server) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        size = {"width": 390, "height": 844}
        visit = Visit(browser, url, viewport=size, color_scheme=scheme, has_touch=True, is_mobile=True)
        visit.page.wait_for_selector(".card-text >> nth=4")
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not visit.page.evaluate(wide)
        begin(visit, server, env="HiddenFunction")
        visit.say("f(2) " + "x" * 300, 1)
        visit.say("f(2)", 2)
        assert not visit.page.evaluate(wide)
        last, composer = (visit.page.locator(each).last.bounding_box() for each in (".turn .metered", "#composer"))
        assert last["y"] + last["height"] <= composer["y"] + 1, "the composer hides the last turn"
        grounds.add(visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        visit.context.close()
    assert len(grounds) == 2


def test_every_field_has_a_name_and_the_transcript_is_announced(visit: Visit, server: Server) -> None:
    unnamed = """() => [...document.querySelectorAll('input, select, textarea, button')].filter(
        (each) => !(each.labels?.length || each.getAttribute('aria-label') || each.textContent.trim())
    ).map((each) => each.id || each.name)"""
    assert visit.page.evaluate(unnamed) == []
    begin(visit, server)
    assert visit.page.evaluate(unnamed) == []
    log = visit.page.locator("#transcript")
    assert (log.get_attribute("role"), log.get_attribute("aria-live")) == ("log", "polite")
    visit.say("x > 3", 1)
    assert "after each turn" in visit.page.locator("#chart svg").get_attribute("aria-label")


def test_a_mistake_is_said_where_it_was_made(visit: Visit) -> None:
    visit.page.click("summary:has-text('More settings')")
    visit.page.fill("#config", "{topics}")
    visit.page.click("#start")
    assert "not JSON" in visit.page.inner_text("#notice")
    assert visit.page.evaluate("document.activeElement.id") == "config"
    visit.page.fill("#config", '{"data": "/etc/passwd"}')
    visit.page.click("#start")
    visit.page.wait_for_selector("#notice:has-text('not read for a browser')")
