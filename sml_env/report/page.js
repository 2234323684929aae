"use strict";
// Everything that episodes hold is put into the page as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
const SHOWN = 50;
const state = { suite: "", env: "", asymmetry: "", teacher: "", agent: "", outcome: "", search: "", shown: SHOWN };

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  for (const child of children) element.append(child);
  return element;
}

function draw(tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const number = (value, digits) => (value === null || value === undefined ? "–" : value.toFixed(digits));
const percent = (value) => (value === null || value === undefined ? "–" : `${(100 * value).toFixed(0)}%`);
const place = (group) => [group.suite, group.env.replace("sml_env/", ""), group.arguments === "{}" ? "" : group.arguments, group.asymmetry, group.teacher].filter(Boolean).join(" · ");
const cellOf = (group) => JSON.stringify([group.suite, group.env, group.arguments, group.asymmetry, group.teacher]);

function figure(estimate, form) {
  const cell = make("td", {}, form(estimate[0]));
  if (estimate[1] !== null) cell.append(make("small", {}, `${form(estimate[1]).replace("%", "")}–${form(estimate[2])}`));
  return cell;
}

function matches(group) {
  return ["suite", "env", "asymmetry", "teacher", "agent"].every((name) => !state[name] || group[name] === state[name]);
}

function filters() {
  const form = document.getElementById("filters");
  const choices = { suite: "Suite", env: "Environment", asymmetry: "Asymmetry", teacher: "Teacher", agent: "Agent" };
  for (const [name, title] of Object.entries(choices)) {
    const values = [...new Set(data.groups.map((group) => group[name]))].filter(Boolean);
    if (values.length > 1) form.append(choice(name, title, values));
  }
  form.append(choice("outcome", "Outcome", ["solved", "unsolved", "failed", "leak stopped"]));
  const search = make("input", { type: "search", id: "filter-search", autocomplete: "off" });
  search.addEventListener("input", () => { state.search = search.value.toLowerCase(); state.shown = SHOWN; transcripts(); });
  form.append(make("label", { for: "filter-search" }, "Words in a transcript", search));
  form.addEventListener("submit", (event) => event.preventDefault());
}

function choice(name, title, values) {
  const select = make("select", { id: `filter-${name}` }, make("option", { value: "" }, "all"));
  for (const value of values) select.append(make("option", { value }, value));
  select.addEventListener("change", () => { state[name] = select.value; state.shown = SHOWN; show(); });
  return make("label", { for: `filter-${name}` }, title, select);
}

const COLUMNS = [
  ["solved", (group) => figure(group.success, percent)],
  ["null", (group) => { const other = untaught(group); return other ? figure(other.success, percent) : make("td", {}, "–"); }],
  ["turns", (group) => figure(group.turns, (value) => number(value, 1))],
  ["return", (group) => figure(group.episode_return, (value) => number(value, 2))],
  ["bits a question", (group) => figure(group.bits_per_question, (value) => number(value, 2))],
  ["efficiency", (group) => figure(group.efficiency, percent)],
  ["zero bits", (group) => figure(group.zero_bit_share, percent)],
  ["premature", (group) => figure(group.premature_share, percent)],
  ["first attempt", (group) => figure(group.first_attempt_turn, (value) => number(value, 1))],
  ["questions", (group) => figure(group.question_rate, percent)],
  ["repeats", (group) => figure(group.repeat_share, percent)],
  ["leaks", (group) => make("td", {}, String(group.leaks))],
  ["episodes", (group) => make("td", {}, String(group.episodes - group.unscored))],
];

function untaught(group) {
  return data.groups.find((other) => other.teacher === "null" && other.suite === group.suite && other.env === group.env
    && other.arguments === group.arguments && other.asymmetry === group.asymmetry && other.agent === group.agent);
}

const byCell = (groups) => {
  const cells = new Map();
  for (const group of groups) {
    const key = cellOf(group);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(group);
  }
  return [...cells.values()].filter((cell) => cell.some((group) => !group.bracket));
};

function scores(groups) {
  const target = document.getElementById("scores");
  target.replaceChildren();
  for (const cell of byCell(groups)) {
    const hedging = cell[0].hedging;
    const said = hedging === null ? "open problems: no hedging bracket" : `hedging earns ${percent(hedging)}`;
    target.append(make("h3", {}, place(cell[0]), make("span", { class: "note" }, ` · ${said}`)));
    const head = make("tr", {}, make("th", { scope: "col" }, "agent"), ...COLUMNS.map(([name]) => make("th", { scope: "col" }, name)));
    const body = make("tbody");
    for (const group of cell) {
      const name = make("td", {}, group.agent === "informed" ? "full information" : group.agent);
      body.append(make("tr", group.bracket ? { class: "bracket" } : {}, name, ...COLUMNS.map(([, column]) => column(group))));
    }
    target.append(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Scores: ${place(cell[0])}` },
      make("table", {}, make("thead", {}, head), body)));
  }
  if (!target.children.length) target.append(make("p", { class: "empty" }, "Nothing is left by the filter."));
}

const look = (agent) => {
  const style = data.looks[agent] || { colour: "#888888", dashes: [] };
  return style.colour === "#222222" ? { ...style, colour: "var(--ink)" } : style; // black is ink, on dark paper too
};

function curve(cell, name, title, unit, from) {
  const width = 340, height = 190, left = 38, right = 8, top = 10, bottom = 26;
  const lines = cell.filter((group) => group[name].some((estimate) => estimate[0] !== null));
  if (!lines.length) return null;
  const turns = Math.max(...lines.map((group) => group[name].length)) - 1 + from;
  const values = lines.flatMap((group) => group[name].map((estimate) => estimate[0] || 0));
  const most = unit === "%" ? 1 : Math.max(1e-9, ...values);
  const x = (turn) => left + (turns === from ? 0.5 : (turn - from) / (turns - from)) * (width - left - right);
  const y = (value) => height - bottom - (value / most) * (height - top - bottom);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${place(cell[0])}` });
  for (const share of [0, 0.5, 1]) {
    svg.append(draw("line", { class: "grid", x1: left, x2: width - right, y1: y(share * most), y2: y(share * most) }));
    const text = unit === "%" ? percent(share) : number(share * most, most < 10 ? 1 : 0);
    svg.append(draw("text", { x: left - 5, y: y(share * most) + 4, "text-anchor": "end" }, text));
  }
  const step = Math.max(1, Math.ceil((turns - from) / 8));
  for (let turn = from; turn <= turns; turn += step) svg.append(draw("text", { x: x(turn), y: height - 9, "text-anchor": "middle" }, turn));
  if (unit === "%" && cell[0].hedging !== null) svg.append(draw("line", { class: "hedge", x1: left, x2: width - right, y1: y(cell[0].hedging), y2: y(cell[0].hedging) }));
  for (const group of lines) {
    const style = look(group.agent);
    const points = group[name].map((estimate, turn) => [estimate[0], turn + from]).filter(([value]) => value !== null);
    const path = points.map(([value, turn], index) => `${index ? "L" : "M"}${x(turn).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    const shown = { d: path, fill: "none", style: `stroke: ${style.colour}`, "stroke-width": group.bracket ? 1.2 : 2.2, opacity: group.bracket ? 0.55 : 1 };
    if (style.dashes.length) shown["stroke-dasharray"] = style.dashes.map((length) => length * 1.6).join(" ");
    const line = draw("path", shown);
    line.append(draw("title", {}, `${group.agent}: ${points.map(([value, turn]) => `${turn}: ${unit === "%" ? percent(value) : number(value, 2)}`).join(", ")}`));
    svg.append(line);
    if (points.length === 1) svg.append(draw("circle", { cx: x(points[0][1]), cy: y(points[0][0]), r: 3, style: `fill: ${style.colour}` }));
  }
  return make("figure", {}, svg, make("figcaption", {}, make("b", {}, title), ` ${place(cell[0])}`));
}

function charts(groups) {
  const target = document.getElementById("charts"), legend = document.getElementById("legend");
  target.replaceChildren();
  legend.replaceChildren();
  const cells = byCell(groups);
  for (const agent of [...new Set(cells.flat().map((group) => group.agent))]) {
    const style = look(agent);
    const sign = draw("svg", { viewBox: "0 0 34 8", width: 34, height: 8, style: "width:34px", "aria-hidden": "true" });
    sign.append(draw("line", { x1: 0, x2: 34, y1: 4, y2: 4, style: `stroke: ${style.colour}`, "stroke-width": 2.5, "stroke-dasharray": style.dashes.map((length) => length * 1.6).join(" ") || "none" }));
    legend.append(make("span", {}, sign, agent === "informed" ? "full information" : agent));
  }
  for (const cell of cells) {
    const drawn = [
      curve(cell, "success_at", "Solved within t turns", "%", 1),
      curve(cell, "entropy_at", "Belief entropy after t turns, bits", "bits", 0),
      curve(cell, "bits_at", "Expected bits of a question in turn t", "bits", 1),
      histogram(cell),
    ];
    target.append(...drawn.filter(Boolean));
  }
}

function histogram(cell) {
  const lines = cell.filter((group) => !group.bracket && group.first_attempts.some(Boolean));
  if (!lines.length) return null;
  const shares = lines.map((group) => {
    const total = group.first_attempts.reduce((sum, count) => sum + count, 0);
    return { ...group, first_attempts: group.first_attempts.map((count) => [count / total, null, null]) };
  });
  return curve(shares.map((group) => ({ ...group, hedging: null })), "first_attempts", "Turn of the first attempt, share", "%", 1);
}

function events(groups) {
  const target = document.getElementById("events");
  const body = make("tbody");
  for (const group of groups) {
    const who = `${place(group)} · ${group.agent}`;
    if (group.leaks) body.append(make("tr", {}, make("td", {}, who), make("td", {}, "replies that the guard stopped"), make("td", {}, String(group.leaks))));
    for (const [reason, count] of Object.entries(group.failures)) body.append(make("tr", {}, make("td", {}, who), make("td", {}, reason), make("td", {}, String(count))));
  }
  if (!body.children.length) return target.replaceChildren(make("p", { class: "empty" }, "No reply was stopped, and nobody failed."));
  const head = make("tr", {}, ...["who", "what", "count"].map((name) => make("th", { scope: "col" }, name)));
  target.replaceChildren(make("div", { class: "scroll" }, make("table", { class: "events" }, make("thead", {}, head), body)));
}

function wanted(episode) {
  if (!matches(data.groups[episode.group])) return false;
  if (state.outcome === "leak stopped" ? !episode.leaks : state.outcome && episode.outcome !== state.outcome) return false;
  if (!state.search) return true;
  return `${episode.opening || ""}\n${episode.records.map((record) => `${record.student}\n${record.teacher}`).join("\n")}`.toLowerCase().includes(state.search);
}

function transcripts() {
  const found = data.transcripts.filter(wanted), list = document.getElementById("list");
  list.replaceChildren(...found.slice(0, state.shown).map(transcript));
  const more = document.getElementById("more");
  more.hidden = found.length <= state.shown;
  document.getElementById("shown").textContent = `${Math.min(found.length, state.shown)} of ${found.length} transcripts`
    + (data.transcripts.length < data.episodes ? `; ${data.transcripts.length} of ${data.episodes} episodes are in this page` : "");
}

function transcript(episode) {
  const group = data.groups[episode.group];
  const figures = `${episode.turns} of ${episode.budget} turns · return ${number(episode.return, 2)}${episode.leaks ? ` · ${episode.leaks} stopped` : ""}`;
  const summary = make("summary", {}, make("span", { class: `badge ${episode.outcome}` }, episode.outcome),
    make("span", { class: "what" }, `${place(group)} · ${group.agent}`), make("span", { class: "figures" }, figures));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => { if (details.open && details.children.length === 1) details.append(talk(episode)); });
  return details;
}

function said(who, text) {
  return make("div", { class: `said ${who}` }, make("b", {}, who), text);
}

function account(episode, record) {
  const list = make("dl");
  const add = (name, value) => list.append(make("dt", {}, name), make("dd", {}, value));
  add("read as", record.kind);
  if (record.kind !== "attempt") add("expected of best bits", `${number(record.expected, 2)} of ${number(record.best, 2)}`);
  if (record.kind !== "attempt") add("told, bits", number(record.realised, 2));
  if (record.verdict) add("verdict told, bits", number(record.verdict, 2));
  for (const [name, value] of Object.entries(record.terms)) if (value) add(`reward: ${name}`, `${value > 0 ? "+" : ""}${number(value, 3)}`);
  const target = make("div", { class: "told" });
  if (record.entropy !== null && episode.prior) {
    const inner = make("i");
    inner.style.width = `${Math.min(100, (100 * record.entropy) / episode.prior)}%`;
    target.append(make("span", {}, `entropy left: ${number(record.entropy, 2)} of ${number(episode.prior, 2)} bits`), make("div", { class: "bar" }, inner));
  }
  target.append(list);
  return target;
}

function talk(episode) {
  const target = make("div", { class: "talk" });
  target.append(make("p", { class: "note" }, `problem ${episode.problem} · seed ${episode.seed}${episode.failure ? ` · ${episode.failure}` : ""}`));
  target.append(episode.opening === null ? make("p", { class: "empty" }, "The statement is not at hand: the environment cannot be made again.") : said("teacher", episode.opening));
  for (const record of episode.records) {
    target.append(make("div", { class: "turn" }, make("div", {}, said("student", record.student), said("teacher", record.teacher)), account(episode, record)));
  }
  const meters = Object.entries(episode.meters);
  if (meters.length) target.append(make("p", { class: "note" }, meters.map(([name, bits]) => `${name}: ${number(bits, 2)} bits`).join(" · ")));
  if (episode.secret) target.append(secret(episode.secret));
  return target;
}

function secret(hidden) {
  const button = make("button", { type: "button", "aria-expanded": "false" }, "Reveal the answer");
  const target = make("div", {}, button);
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    button.textContent = open ? "Reveal the answer" : "Hide the answer";
    if (open) return target.lastChild.remove();
    target.append(make("div", { class: "secret" }, [`Answer: ${hidden.answer}`, ...hidden.solution, ...hidden.details].join("\n")));
  });
  return target;
}

function show() {
  const groups = data.groups.filter(matches);
  scores(groups);
  charts(groups);
  events(groups);
  transcripts();
}

document.getElementById("counts").textContent = `${data.episodes.toLocaleString("en")} episodes, ${data.groups.filter((group) => !group.bracket).length} scores`;
document.getElementById("more").addEventListener("click", () => { state.shown += SHOWN; transcripts(); });
filters();
show();
