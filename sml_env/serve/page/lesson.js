// The page's script. Whatever anybody has said is put into the page as text, never as markup.
"use strict";

const KEPT = "sml-env-lesson";
const byId = (id) => document.getElementById(id);

let choices = null; // what /api/environments sent
let seat = null; // {id, token, role, guest}: this page's place in a lesson
let lesson = null; // the last state that was shown
let drawn = 0; // turns that stand in the transcript
let provisional = null; // the turn that waits for its reply
let watching = null; // AbortController of the poll

// -- small things -----------------------------------------------------------------------------------------------------

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function shape(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function amount(value) {
  if (value === null || value === undefined) return "–";
  const rounded = value.toFixed(2);
  return rounded === "-0.00" ? "0.00" : rounded.replace("-", "−");
}

function signed(value) {
  const text = amount(value);
  return value > 0 && text !== "0.00" ? `+${text}` : text;
}

function title(name) {
  return name.replace(/-v\d+$/, "").replace(/([a-z])([A-Z])/g, "$1 $2");
}

function say(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = !words;
}

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(method, path, body, signal) {
  const headers = {};
  if (seat) headers["X-Lesson-Token"] = seat.token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method, headers, signal, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server cannot be reached. Is it still running?");
  }
  let sent;
  try {
    sent = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(response.status, "The server sent what is no reply.");
  }
  if (!response.ok) throw new Refusal(response.status, sent.error || "The server refused this.");
  return sent;
}

function lessonPath(rest) {
  return `/api/lessons/${encodeURIComponent(seat.id)}${rest}`;
}

// -- choosing ---------------------------------------------------------------------------------------------------------

function chosen(name) {
  const field = document.querySelector(`input[name="${name}"]:checked`);
  return field ? field.value : "";
}

function fill(select, options) {
  const before = select.value;
  select.replaceChildren(...options.map(([value, text]) => {
    const option = make("option", "", text);
    option.value = value;
    return option;
  }));
  if (options.some(([value]) => value === before)) select.value = before;
}

function environment() {
  return choices.environments.find((each) => each.id === chosen("env"));
}

function offer() {
  const teaching = chosen("role") === "teacher";
  const picked = environment();
  byId("teacher-field").hidden = teaching;
  byId("student-field").hidden = !teaching;
  byId("asymmetry").labels[0].textContent = teaching ? "You hold" : "The teacher holds";
  const shapes = Object.keys(picked.asymmetries);
  fill(byId("asymmetry"), shapes.map((name) => [name, `${name}: ${choices.asymmetries[name]}`]));
  const voices = picked.asymmetries[byId("asymmetry").value];
  fill(byId("teacher"), [
    ...voices.map((name) => [name, `${name}: ${choices.voices[name]}`]),
    ...choices.models.map((name) => [name, `${name}: a language model`]),
  ]);
  fill(byId("student"), [
    ["person", "another person, by a link"],
    ...choices.models.map((name) => [name, `${name}: a language model`]),
    ...choices.students.map((name) => [name, `${name}: a program`]),
  ]);
  byId("config").placeholder = picked.example;
  byId("config-help").textContent = `Known here: ${picked.settings.join(", ")}.`;
}

async function showSetup() {
  if (watching) watching.abort();
  seat = null;
  lesson = null;
  sessionStorage.removeItem(KEPT);
  byId("lesson").hidden = true;
  byId("leave").hidden = true;
  byId("where").hidden = true;
  byId("setup").hidden = false;
  document.title = "Lessons · sml_env";
  if (choices) return;
  try {
    choices = await call("GET", "/api/environments");
  } catch (refusal) {
    byId("loading").hidden = true;
    say(refusal.message);
    return;
  }
  byId("environments").replaceChildren(...choices.environments.map((each, place) => {
    const label = make("label", "card");
    const input = make("input");
    input.type = "radio";
    input.name = "env";
    input.value = each.id;
    input.checked = place === 0;
    label.append(input, make("span", "card-title", title(each.name)), make("span", "card-text", each.summary));
    return label;
  }));
  offer();
}

async function start(event) {
  event.preventDefault();
  say("");
  if (!choices) return;
  const teaching = chosen("role") === "teacher";
  const body = { role: chosen("role"), env: chosen("env"), asymmetry: byId("asymmetry").value };
  if (teaching) body.student = byId("student").value;
  else body.teacher = byId("teacher").value;
  for (const [id, key] of [["max-turns", "max_turns"], ["seed", "seed"]]) {
    const text = byId(id).value.trim();
    if (text) body[key] = Number(text);
    if (!byId(id).validity.valid) return complain(byId(id), "This must be a whole number in range.");
  }
  if (byId("config").value.trim()) {
    try {
      body.config = JSON.parse(byId("config").value);
    } catch {
      return complain(byId("config"), `The settings are not JSON. Write them as in ${byId("config").placeholder}`);
    }
  }
  byId("start").disabled = true;
  byId("starting").textContent = "Making the problem …";
  try {
    const sent = await call("POST", "/api/lessons", body);
    seat = { id: sent.lesson.id, token: sent.token, role: body.role, guest: false };
    enter(sent.lesson);
  } catch (refusal) {
    say(refusal.message);
    byId("notice").scrollIntoView({ block: "nearest" });
  } finally {
    byId("start").disabled = false;
    byId("starting").textContent = "";
  }
}

function complain(field, words) {
  say(words);
  field.closest("details").open = true;
  field.focus();
}

// -- a lesson ---------------------------------------------------------------------------------------------------------

function enter(state) {
  sessionStorage.setItem(KEPT, JSON.stringify(seat));
  say("");
  lesson = null;
  drawn = 0;
  provisional = null;
  byId("transcript").replaceChildren();
  byId("answer").hidden = true;
  byId("answer-text").textContent = "";
  byId("words").value = "";
  byId("setup").hidden = true;
  byId("lesson").hidden = false;
  byId("leave").hidden = seat.guest;
  byId("again").hidden = seat.guest;
  byId("statement").textContent = state.statement;
  byId("help-box").hidden = !state.help;
  byId("help").textContent = state.help || "";
  byId("help-box").open = state.turns.length === 0 && window.matchMedia("(min-width: 56rem)").matches;
  const name = title(state.env.split("/").pop());
  byId("where").textContent = `${name} · ${state.asymmetry} · ${seat.role === "teacher" ? `student: ${state.student}` : `teacher: ${state.teacher}`}`;
  byId("where").hidden = false;
  document.title = `${name} · sml_env`;
  window.scrollTo(0, 0);
  show(state);
  if (!byId("words").disabled) byId("words").focus({ preventScroll: true });
  else byId("problem-title").focus({ preventScroll: true });
  if (state.teacher === "person") watch();
}

function show(state) {
  if (lesson && state.version < lesson.version) return;
  const fresh = lesson !== null;
  const wasOver = lesson ? lesson.over : false;
  const before = lesson;
  lesson = state;
  for (; drawn < state.turns.length; drawn += 1) {
    if (provisional) provisional.remove();
    provisional = null;
    byId("transcript").append(turn(state.turns[drawn]));
  }
  const waits = seat.role === "teacher" ? (state.asked ? state.asked.utterance : null) : state.saying;
  if (waits === null || waits === undefined) {
    if (provisional) provisional.remove();
    provisional = null;
  } else if (!provisional) {
    provisional = make("li", "turn");
    provisional.append(bubble("student", waits));
    if (seat.role === "student") provisional.append(waitingBubble(""));
    byId("transcript").append(provisional);
  }
  const hint = provisional && provisional.querySelector(".waiting");
  if (hint) hint.textContent = "The teacher is thinking …";
  bits(state);
  if (seat.role === "teacher") teachingSide(state, before);
  composer(state);
  if (state.over) ending(state, fresh && !wasOver);
  else byId("end").hidden = true;
  if (fresh && !state.over) reveal(byId("transcript").lastElementChild);
}

// The composer stands over the lower end of the page: what is scrolled to must end above it.
function reveal(element) {
  const covered = byId("composer").hidden ? 0 : byId("composer").offsetHeight;
  document.documentElement.style.scrollPaddingBottom = `${covered + 12}px`;
  element?.scrollIntoView({ block: "nearest" });
}

function bubble(role, text) {
  const element = make("div", role === seat.role ? "said mine" : "said theirs");
  const who = role === seat.role ? "You" : role === "teacher" ? "Teacher" : "Student";
  element.append(make("span", "who", `${who}: `), make("span", "", text));
  if (text.includes("\n")) element.classList.add("block");
  return element;
}

function waitingBubble(words) {
  return make("div", "said theirs waiting", words);
}

function turn(each) {
  const item = make("li", "turn");
  item.append(bubble("student", each.utterance), bubble("teacher", each.reply), metered(each));
  return item;
}

function metered(each) {
  const info = each.info;
  const line = make("div", "metered");
  line.append(make("span", "kind", info.query_kind.replace("_", " ")));
  const judged = info.verdict_bits || 0;
  const told = info.realised_bits === null ? (judged || null) : info.realised_bits + judged;
  if (info.belief_entropy_bits === null) {
    line.append(make("span", "", "bits are not known: an open problem"));
  } else if (told === null) {
    line.append(make("span", "", "bits are not known for this teacher’s replies"));
  } else {
    const expected = (info.expected_bits || 0) + (info.expected_verdict_bits || 0);
    const most = Math.max(info.best_bits || 0, expected, told, 0.01);
    const gauge = make("span", "gauge");
    const fill = make("span", "fill");
    const tick = make("span", "tick");
    fill.style.width = `${(100 * Math.max(told, 0)) / most}%`;
    tick.style.left = `${(100 * expected) / most}%`;
    gauge.append(fill, tick);
    gauge.title = "filled: told; mark: expected; whole: the most that a question could tell";
    gauge.setAttribute("aria-hidden", "true");
    line.append(gauge, figure("told", amount(told)), figure("expected", amount(expected)));
    if (info.best_bits !== null) line.append(figure("best", amount(info.best_bits)));
  }
  line.append(figure("reward", signed(each.reward)));
  const parts = Object.entries(info.reward_terms).filter(([, value]) => value !== 0);
  line.lastElementChild.title = parts.map(([name, value]) => `${name} ${signed(value)}`).join(", ");
  return line;
}

function figure(name, value) {
  const span = make("span", "", `${name} `);
  span.append(make("b", "", value));
  return span;
}

function bits(state) {
  const prior = state.opening.belief_entropy_bits;
  const left = [prior, ...state.turns.map((each) => each.info.belief_entropy_bits)];
  const open = prior === null;
  byId("key").hidden = open;
  byId("bits-left").textContent = open ? "Bits are not known" : amount(left[left.length - 1]);
  byId("bits-left").classList.toggle("words", open);
  byId("bits-of").textContent = open ? "This problem has no finite set of candidates." : `of ${amount(prior)} bits left to learn`;
  byId("chart").replaceChildren(...(open ? [] : [chart(left, state.turns.length + state.turns_left, prior)]));
  strip(state, left);
  const sum = (key) => {
    const values = state.turns.map((each) => each.info[key]);
    return open || (values.length && values.every((value) => value === null)) ? "–" : amount(values.reduce((total, value) => total + (value || 0), 0));
  };
  byId("told").textContent = sum("realised_bits");
  byId("verdicts").textContent = sum("verdict_bits");
  byId("return").textContent = signed(state.return);
  byId("turns-left").textContent = String(state.turns_left);
  const total = state.turns.length + state.turns_left;
  byId("dots").replaceChildren(...(total > 12 ? [] : Array.from({ length: total }, (_, place) => make("i", place < state.turns_left ? "on" : ""))));
}

function strip(state, left) {
  const parts = [];
  if (left[0] !== null) parts.push(make("b", "", amount(left[left.length - 1])), " bits left · ");
  parts.push(make("b", "", String(state.turns_left)), state.turns_left === 1 ? " turn" : " turns");
  byId("strip").replaceChildren(...parts);
}

function chart(left, turns, prior) {
  const [width, height, edge, foot] = [280, 96, 4, 18];
  const top = Math.max(prior, ...left, 0.01);
  const x = (place) => edge + (place * (width - 2 * edge)) / Math.max(turns, 1);
  const y = (value) => edge + (1 - value / top) * (height - foot - 2 * edge);
  const words = `Bits left at the start and after each turn: ${left.map(amount).join(", ")}.`;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  let path = `M${x(0)} ${y(left[0])}`;
  for (let place = 1; place < left.length; place += 1) path += `L${x(place)} ${y(left[place])}`;
  svg.append(shape("line", { class: "axis", x1: edge, x2: width - edge, y1: y(0), y2: y(0) }));
  if (left.length > 1) svg.append(shape("path", { class: "area", d: `${path}L${x(left.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z` }));
  svg.append(shape("path", { class: "line", d: path }));
  left.forEach((value, place) => svg.append(shape("circle", { cx: x(place), cy: y(value), r: 3.5 })));
  svg.append(shape("text", { x: edge, y: height - 3 }, "start"));
  svg.append(shape("text", { x: width - edge, y: height - 3, "text-anchor": "end" }, `turn ${turns}`));
  return svg;
}

function composer(state) {
  const asked = seat.role === "teacher" ? Boolean(state.asked) : state.saying === null;
  byId("composer").hidden = state.over;
  byId("words").disabled = !asked;
  byId("send").disabled = !asked;
  if (seat.role === "teacher") {
    byId("words-label").textContent = asked ? "Your reply" : "Wait for the student";
    byId("words").placeholder = asked ? "Help, without giving it away" : "";
  } else {
    byId("words-label").textContent = asked ? "Your turn" : "Wait for the teacher";
    byId("words").placeholder = state.turns.length ? "" : "Ask, or attempt the answer";
  }
}

async function send(event) {
  event.preventDefault();
  const words = byId("words").value;
  if (!words.trim() || byId("send").disabled) return;
  const teaching = seat.role === "teacher";
  say("");
  byId("send").disabled = true;
  byId("words").readOnly = true;
  const here = seat;
  if (!teaching) {
    provisional = make("li", "turn");
    provisional.append(bubble("student", words), waitingBubble("…"));
    byId("transcript").append(provisional);
    reveal(provisional);
  }
  try {
    const state = await (teaching
      ? call("POST", lessonPath("/teaching"), { reply: words })
      : call("POST", lessonPath("/turns"), { utterance: words }));
    if (seat !== here) return;
    const stopped = teaching && state.asked && state.asked.refused.length;
    if (!stopped) byId("words").value = "";
    grow();
    show(state);
  } catch (refusal) {
    if (seat !== here) return;
    if (provisional && !teaching) provisional.remove();
    if (!teaching) provisional = null;
    lost(refusal);
  } finally {
    byId("words").readOnly = false;
    if (seat === here && lesson) {
      composer(lesson);
      if (!lesson.over && !byId("words").disabled) byId("words").focus({ preventScroll: true });
    }
  }
}

function lost(refusal) {
  if (refusal.status === 404 || refusal.status === 401) {
    showSetup();
    say(refusal.message);
  } else {
    say(refusal.message);
  }
}

function ending(state, now) {
  byId("end").hidden = false;
  byId("end").classList.toggle("solved", state.success);
  const taken = state.turns.length;
  byId("end-title").textContent = state.success ? "Solved" : "Not solved";
  const turns = `${taken} ${taken === 1 ? "turn" : "turns"}`;
  byId("end-text").textContent = state.failure
    ? `The lesson was broken off after ${turns}. ${state.failure}.`
    : `${state.success ? "In" : "After"} ${turns}, with a return of ${signed(state.return)}.`;
  byId("show-answer").hidden = !state.may_ask_answer || state.success || !byId("answer").hidden;
  byId("composer").hidden = true;
  if (now) {
    byId("end-title").focus({ preventScroll: true });
    reveal(byId("end"));
  }
}

async function showAnswer() {
  try {
    const sent = await call("POST", lessonPath("/answer"), {});
    byId("answer-text").textContent = sent.answer;
    byId("answer").hidden = false;
    byId("show-answer").hidden = true;
    reveal(byId("end"));
  } catch (refusal) {
    lost(refusal);
  }
}

// -- the teacher ------------------------------------------------------------------------------------------------------

function teachingSide(state, before) {
  const person = state.student === "person";
  byId("invite").hidden = !person || state.over || (state.joined && state.turns.length > 0);
  if (person && state.join) byId("join").value = location.origin + state.join;
  if (person && state.joined && !(before && before.joined)) byId("copied").textContent = "The student is here.";
  byId("known").hidden = false;
  const view = JSON.stringify(state.view);
  if (byId("view").dataset.view !== view) {
    byId("view").dataset.view = view;
    byId("view").replaceChildren(...known(state.view, state.asymmetry));
  }
  const refused = state.asked ? state.asked.refused : [];
  byId("stopped").hidden = refused.length === 0;
  if (refused.length) {
    const last = refused[refused.length - 1];
    const tries = state.asked.tries_left === 1 ? "one more try" : `${state.asked.tries_left} more tries`;
    byId("stopped").textContent = `The guard stopped this reply: it ${last.reason}. Say it another way; you have ${tries}.`;
  } else if (state.asked && state.asked.attempted) {
    byId("stopped").textContent = "";
  }
  byId("words-help").textContent = state.asked && state.asked.attempted
    ? "This attempt was judged wrong; the student is told so, and then reads your reply. Enter sends."
    : "Enter sends, Shift and Enter begin a new line.";
}

function known(view, asymmetry) {
  const parts = [];
  const heading = (words) => parts.push(make("h3", "", words));
  const text = (words) => parts.push(make("p", "view-text", words));
  if (view.answer !== undefined) {
    heading("The answer");
    text(view.answer);
    list(parts, "How it is found", view.steps.map((step) => [step.operation, step.result]), "ol");
    list(parts, "What is left out of the statement", view.details.map((detail) => [detail, ""]), "ul");
    if (view.diagnosis) {
      heading("About the wrong attempt");
      parts.push(make("p", "", view.diagnosis));
    }
  }
  if (view.facts !== undefined) {
    list(parts, "Facts", view.facts.map((fact) => [fact.fact, fact.reply]), "ul");
    list(parts, "Rules", view.rules.map((rule) => [rule, ""]), "ul");
    if (!view.facts.length && !view.rules.length) parts.push(make("p", "", "Nothing beyond the problem."));
  }
  if (view.attempt !== undefined && view.attempt !== null) {
    heading("The latest attempt");
    text(view.attempt);
  }
  if (view.verdict) {
    heading("The verifier’s verdict");
    parts.push(make("p", "", `${view.verdict.status}. ${view.verdict.reason}`));
  } else if (asymmetry === "verifier") {
    parts.push(make("p", "", "The verdict on the latest attempt; there is none yet."));
  }
  if (asymmetry === "none") parts.push(make("p", "", "Nothing that the student lacks."));
  return parts;
}

function list(parts, heading, rows, tag) {
  if (!rows.length) return;
  const items = make(tag);
  for (const [words, result] of rows) {
    const item = make("li", "", result ? `${words}${tag === "ul" ? ":" : ""} ` : words);
    if (result) item.append(make("b", "", result));
    items.append(item);
  }
  parts.push(make("h3", "", heading), items);
}

async function copyLink() {
  const field = byId("join");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    byId("copied").textContent = "Copied.";
  } catch {
    byId("copied").textContent = "Selected: copy it with the keyboard.";
  }
}

// -- waiting for the other person -------------------------------------------------------------------------------------

async function watch() {
  if (watching) watching.abort();
  const here = seat;
  const control = new AbortController();
  watching = control;
  while (seat === here && !control.signal.aborted && !lesson.over) {
    try {
      const side = here.role === "teacher" ? "/teaching" : "";
      const state = await call("GET", lessonPath(`${side}?after=${lesson.version}`), undefined, control.signal);
      if (seat !== here) return;
      if (byId("notice").dataset.lost) {
        say("");
        delete byId("notice").dataset.lost;
      }
      if (state.version > lesson.version) show(state);
      if (lesson && !lesson.over && document.activeElement === document.body && !byId("words").disabled) byId("words").focus({ preventScroll: true });
    } catch (refusal) {
      if (control.signal.aborted || seat !== here) return;
      if (refusal.status >= 400 && refusal.status < 500) {
        lost(refusal);
        return;
      }
      say("The server cannot be reached; trying again.");
      byId("notice").dataset.lost = "yes";
      await new Promise((done) => setTimeout(done, 2000));
    }
  }
}

// -- beginning --------------------------------------------------------------------------------------------------------

// A program is written in a block of its own lines: Enter sends it once the block is closed.
function inProgram() {
  const field = byId("words");
  return field.value.slice(0, field.selectionStart).split("```").length % 2 === 0;
}

function grow() {
  const field = byId("words");
  field.classList.toggle("block", field.value.includes("```"));
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function takeSeat() {
  const joined = /^#([\w-]{10,64})\.([\w-]{20,128})$/.exec(location.hash);
  if (location.pathname === "/join" && joined) {
    history.replaceState(null, "", "/join");
    return { id: joined[1], token: joined[2], role: "student", guest: true };
  }
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    return kept && typeof kept.id === "string" && typeof kept.token === "string" ? kept : null;
  } catch {
    return null;
  }
}

async function leave() {
  const here = seat;
  if (here && !here.guest) {
    try {
      await call("DELETE", lessonPath(""));
    } catch {
      // It is gone already, or will be forgotten when it has been idle for long enough.
    }
  }
  say("");
  await showSetup();
  byId("main").focus();
}

async function begin() {
  byId("choose").addEventListener("submit", start);
  byId("choose").addEventListener("change", () => choices && offer());
  byId("composer").addEventListener("submit", send);
  byId("words").addEventListener("input", grow);
  byId("words").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || inProgram()) return;
    send(event);
  });
  byId("leave").addEventListener("click", leave);
  byId("again").addEventListener("click", leave);
  byId("show-answer").addEventListener("click", showAnswer);
  byId("copy").addEventListener("click", copyLink);
  window.addEventListener("hashchange", () => location.hash.includes(".") && location.reload());
  seat = takeSeat();
  if (!seat) return showSetup();
  try {
    enter(await call("GET", lessonPath(seat.role === "teacher" ? "/teaching" : "")));
  } catch (refusal) {
    const guest = seat.guest;
    await showSetup();
    if (guest) byId("setup").hidden = true;
    say(refusal.message);
  }
}

begin();
