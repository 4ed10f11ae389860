// The lines of the adjudication page, one below the other. Only those near the screen are elements, and only they have
// their words: thousands of others wait as numbers, for which there is empty space of about their height.

import { beginsTurn, chip, el, listing, speakerLabel } from "./dom.js";
import { missingWords, nameOf } from "./adjudicate_state.js";

const AROUND = 30; // rows painted above and below the middle of the screen
const NEAR = 12; // rows left before more are painted
const AHEAD = 30; // open lines whose words are asked for before they are needed
const RETRY = 1000; // milliseconds before words are asked for again

/** Return the column of rows; `actions.go(id)` makes a line the current one, and
 * `actions.look()` asks for all lines again. */
export function newRows(state, actions, askLines) {
  const list = el("ol", { class: "rows" });
  const column = el("section", { class: "column", "aria-label": "Lines on which coders differ", tabindex: "-1" }, list);
  const view = { state, actions, askLines, list, column, rows: new Map(), painted: { from: 0, to: 0 }, around: AROUND, height: 96 };
  column.addEventListener("scroll", () => onScroll(view));
  return view;
}

// ---------------------------------------------------------------- one row

const codeChip = (state, id, more = "") => chip(state.codes[id] ?? { name: id, hue: "none" }, more);

/** Return codes as chips; those that only some readings have are dashed. `none` says what a reading without codes means. */
export function chips(state, codes, { contested = [], none = "none fits" } = {}) {
  if (!codes.length) return [el("span", { class: "none-fits" }, none)];
  return codes.map((id) => {
    if (!contested.includes(id)) return codeChip(state, id);
    const element = codeChip(state, id, "only");
    element.append(el("span", { class: "unseen" }, " (not all)"));
    return element;
  });
}

/** Paint the row of a line if it has one. */
export function repaintRow(view, line) {
  if (view.rows.has(line.id)) paintRow(view, line);
}

function paintRow(view, line) {
  const { state, actions, rows } = view;
  const isCurrent = line.id === state.current;
  const row = rows.get(line.id) ?? el("li", { "data-line": line.id, onclick: () => actions.go(line.id) });
  rows.set(line.id, row);
  row.className = `row${isCurrent ? " now" : ""}${line.settled.length ? " settled" : ""}`;
  if (line.readings) {
    const parts = [orderButton(line, isCurrent, actions), words(line, isCurrent), readings(state, line, isCurrent)];
    row.replaceChildren(...parts, ...line.settled.map((ruling) => settled(state, ruling)));
  } else {
    row.replaceChildren(el("span", { class: "order" }, `${line.order}`), el("p", { class: "text soft" }, "…"));
  }
  return row;
}

function orderButton(line, isCurrent, { go }) {
  const label = `Line ${line.order} of ${line.interview}${line.settled.length ? ", settled" : ""}`;
  const current = isCurrent ? "true" : null;
  const attributes = { class: "order", type: "button", "aria-label": label, "aria-current": current };
  return el("button", { ...attributes, onclick: () => go(line.id) }, `${line.order}`);
}

/** The words of a line and who speaks; the current one also shows its question and its neighbours. */
function words(line, isCurrent) {
  const { question, before, after } = isCurrent ? line : { question: null, before: [], after: [] };
  const utterances = [
    ...(question ? [{ ...question, asks: true, look: "question" }] : []),
    ...before.map((part) => ({ ...part, look: "near" })),
    { ...line, look: "text" },
    ...after.map((part) => ({ ...part, look: "near" })),
  ];
  const parts = utterances.flatMap((part, index) => {
    const label = beginsTurn(part, utterances[index - 1]) ? speakerLabel(part, line.several) : null;
    return [label, el("p", { class: part.look, dir: "auto" }, part.text)];
  });
  return el("div", { class: "words" }, parts);
}

/** The key of a reading: 1 to 9, and 0 for the tenth; further ones are chosen by their buttons. */
export const keyOfReading = (index) => (index < 9 ? `${index + 1}` : index === 9 ? "0" : "");

/** How many of the coders gave these codes, where more than half did. */
export const majority = (most) => most && el("span", { class: "most" }, `${most[0]} of ${most[1]} coders`);

function readings(state, line, isCurrent) {
  const elements = line.readings.map(({ by, codes, none, most }, index) => {
    const key = isCurrent ? keyOfReading(index) : "";
    return el(
      "div",
      { class: "reading" },
      el("span", { class: "by" }, key ? el("kbd", { "aria-hidden": "true" }, key) : null, by, majority(most)),
      el("span", { class: "chips" }, chips(state, codes, { contested: line.contested, none })),
    );
  });
  return el("div", { class: "readings" }, elements);
}

function settled(state, { by, codes, ended = [], reason }) {
  const endedChips = ended.map((code) => el("span", { class: "chip ended", dir: "auto" }, code));
  return el(
    "p",
    { class: "third" },
    el("span", { class: "by" }, `Settled by ${by}`),
    el("span", { class: "chips" }, codes.length || !ended.length ? chips(state, codes) : null, endedChips),
    reason ? el("q", {}, reason) : null,
  );
}

function heading(state, interview) {
  const about = state.interviews[interview];
  const participant = about ? el("span", {}, about) : null;
  return el("li", { class: "interview", "data-interview": interview }, el("h2", {}, interview), participant);
}

// ---------------------------------------------------------------- the rows near the screen

export function forgetRows(view) {
  view.rows = new Map();
}

/** Make elements of the lines up to `around` above and below an index, and leave what stays on the screen where it is. */
export function paintAround(view, index, around = AROUND) {
  const { state, rows, list, column, height } = view;
  const { shown } = state;
  view.around = around;
  const from = Math.max(0, Math.min(index - around, shown.length - 2 * around));
  const to = Math.min(shown.length, from + 2 * around);
  const fixed = shown.slice(from, to).find((line) => isOnScreen(view, rows.get(line.id)));
  const before = fixed && topOf(view, fixed.id);
  const parts = [];
  for (let n = from; n < to; n += 1) {
    const line = shown[n];
    if (!n || shown[n - 1].interview !== line.interview) parts.push(heading(state, line.interview));
    const row = rows.get(line.id) ?? paintRow(view, line);
    row.setAttribute("aria-posinset", n + 1);
    row.setAttribute("aria-setsize", shown.length);
    parts.push(row);
  }
  const near = new Set(shown.slice(from, to).map((line) => line.id));
  for (const id of [...rows.keys()]) if (!near.has(id)) rows.delete(id);
  list.style.padding = `${from * height}px 0 ${(shown.length - to) * height}px`;
  list.replaceChildren(...parts);
  view.painted = { from, to };
  if (fixed) scrollBy(view, topOf(view, fixed.id) - before);
  fetchAhead(view);
}

/** Whether too few rows are painted above or below an index. */
export function isNearEdge({ state, painted: { from, to } }, index) {
  return (index - from < NEAR && from > 0) || (to - index < NEAR && to < state.shown.length);
}

const offset = ({ column }, row) => row.getBoundingClientRect().top - column.getBoundingClientRect().top;
const topOf = (view, id) => offset(view, view.rows.get(id));
const scrollBy = ({ column }, distance) => column.scrollTo({ top: column.scrollTop + distance, behavior: "instant" });

function isOnScreen(view, row) {
  if (!row?.isConnected) return false;
  const top = offset(view, row);
  return top + row.offsetHeight > 0 && top < view.column.clientHeight;
}

/** The index of the line in the middle of the screen, which may lie where nothing is painted. */
function middle(view) {
  const { shown } = view.state;
  const { from, to } = view.painted;
  const [first, last] = [shown[from], shown[to - 1]];
  if (!first) return 0;
  const target = view.column.clientHeight / 2;
  const top = topOf(view, first.id);
  const bottom = topOf(view, last.id) + view.rows.get(last.id).offsetHeight;
  view.height = Math.max(24, (bottom - top) / (to - from));
  if (target < top) return Math.max(0, Math.floor(from - (top - target) / view.height));
  if (target > bottom) return Math.min(shown.length - 1, Math.floor(to + (target - bottom) / view.height));
  let [low, high] = [from, to - 1];
  while (low < high) {
    const half = Math.ceil((low + high) / 2);
    if (topOf(view, shown[half].id) <= target) low = half;
    else high = half - 1;
  }
  return low;
}

/** Paint more rows when those on the screen come near the last that are painted. */
function onScroll(view) {
  if (view.isScrolling || !Number.isFinite(view.around)) return; // all of them are painted, to be printed
  view.isScrolling = true;
  requestAnimationFrame(() => {
    view.isScrolling = false;
    const index = middle(view);
    if (!isNearEdge(view, index)) return;
    const isFar = index < view.painted.from || index >= view.painted.to;
    paintAround(view, index);
    if (isFar) scrollBy(view, topOf(view, view.state.shown[index].id) - view.column.clientHeight / 2);
  });
}

/** Scroll such that a line has its neighbours above and below it. */
export function scrollToRow(view, id) {
  const row = view.rows.get(id);
  if (!row?.isConnected) return;
  const { column } = view;
  const top = offset(view, row);
  const room = column.clientHeight;
  if (top < room * 0.15 || top + Math.min(row.offsetHeight, room * 0.6) > room * 0.8)
    column.scrollTo({ top: Math.max(0, column.scrollTop + top - (room < 360 ? 8 : room * 0.28)) });
}

/** Ask for the words of what is painted, and of the open lines that come next. */
export async function fetchAhead(view) {
  const { state, actions, painted } = view;
  const missing = missingWords(state, state.shown.slice(painted.from, painted.to), AHEAD);
  if (!missing.length) return;
  const { lines, asked } = state;
  for (const id of missing) asked.add(id);
  try {
    const answer = await view.askLines({ hidden: state.hidden, lines: missing });
    if (state.lines !== lines) return; // all of it was asked for again meanwhile
    if (answer.version !== state.version) {
      actions.look(); // the codebook was changed
      return;
    }
    for (const line of answer.lines) {
      Object.assign(state.byId.get(line.id) ?? {}, line);
      if (state.byId.has(line.id)) repaintRow(view, state.byId.get(line.id));
      if (line.id === state.current) actions.go(line.id, { again: true, focus: false });
    }
  } catch {
    setTimeout(() => fetchAhead(view), RETRY);
  } finally {
    for (const id of missing) asked.delete(id);
  }
}

/** A line in words, with its readings and rulings. */
export function described(state, line) {
  const codes = (ids, none) => phrase(state, ids, none);
  const read = line.readings.map((reading) => `${reading.by}: ${codes(reading.codes, reading.none)}`).join(". ");
  const ruled = ({ codes: given, ended = [] }) =>
    given.length || !ended.length ? [codes(given), ...ended].join("; ") : ended.join("; ");
  const rulings = line.settled.map((ruling) => ` Settled by ${ruling.by}: ${ruled(ruling)}.`).join("");
  const speaker = line.several ? `, ${line.speaker}` : "";
  return `Line ${line.order} of ${line.interview}${speaker}. ${line.text} ${read}.${rulings}`;
}

/** Codes as a phrase: "a, b and c". */
export const phrase = (state, codes, none = "none fits") =>
  codes.length ? listing(codes.map((id) => nameOf(state, id))) : none;
