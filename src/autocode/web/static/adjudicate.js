// The page on which a named adjudicator settles the lines on which coders differ: what a key does, and what happens when
// it is stored. Which codes a ruling comes to, and who may rule, is decided where the journal is.

import { newDialogs, openCodebook, openHelp, openPalette } from "./adjudicate_dialogs.js";
import { newPanel, paintPanel } from "./adjudicate_panel.js";
import {
  described,
  fetchAhead,
  forgetRows,
  isNearEdge,
  keyOfReading,
  newRows,
  paintAround,
  phrase,
  repaintRow,
  scrollToRow,
} from "./adjudicate_rows.js";
import { askFor } from "./adjudicate_server.js";
import {
  applyRuling,
  comparison,
  currentLine,
  filtered,
  indexOf,
  isUnstored,
  linesWanted,
  nameOf,
  newState,
  nextOpen,
  reasonOf,
  setHidden,
  takeState,
  together,
} from "./adjudicate_state.js";
import { el, takeFocus } from "./dom.js";
import { Drafts } from "./drafts.js";
import { listen } from "./keys.js";
import { paintNews } from "./news.js";
import { Outbox } from "./outbox.js";

/**
 * Fill an element with the page; `request` is the browser's fetch, or one over a notebook's messages. Returns a promise of
 * the page's beginning, a function that ends it, and the page.
 */
export function mount(root, request = (...all) => fetch(...all)) {
  const page = { root, request, state: newState(), server: askFor(request) };
  page.go = (id, more) => go(page, id, more);
  page.actions = keyActions(page);
  page.rows = newRows(page.state, { go: page.go, look: () => lookAgain(page) }, page.server.lines);
  page.panel = newPanel();
  page.dialogs = newDialogs(page.rows.column);
  fill(page);
  root.addEventListener("keydown", (event) => {
    const isField = event.target.matches("textarea, select, input:not([type=checkbox])");
    if (event.key !== "Escape" || event.isComposing || !isField || event.target.closest("dialog")) return;
    takeFocus(page.rows.column);
  });
  const target = root.getRootNode() === root.ownerDocument ? root.ownerDocument : root;
  const leave = listen((key) => press(page, key), { root: target, always: ["?"] });
  return { ready: begin(page), leave, page };
}

// ---------------------------------------------------------------- what is on the page

function fill(page) {
  const { state, rows, panel, dialogs } = page;
  const checkbox = (id, onchange) => el("input", { type: "checkbox", id, role: "switch", onchange });
  page.progress = el("span", { class: "sofar" });
  page.saved = el("span", { class: "saved", role: "status" });
  page.filter = filterOfCodes(page);
  page.names = checkbox("hide-names", () => hideNames(page));
  page.open = checkbox("open-only", () => applyFilters(page));
  page.majority = checkbox("majority-only", () => applyFilters(page));
  page.majorityLabel = el("label", { class: "switch", hidden: true }, page.majority, el("span", {}));
  page.live = el("p", { class: "unseen", "aria-live": "polite" });
  page.notice = el("p", { class: "notice", role: "alert", hidden: true });
  page.news = el("div", { class: "news", role: "status" });
  page.names.checked = state.hidden;
  const dialogButton = (label, key) =>
    el(
      "button",
      { class: "button small", type: "button", onclick: () => page.actions[key]() },
      label,
      el("kbd", {}, key.toUpperCase()),
    );
  page.root.replaceChildren(
    el(
      "div",
      { class: "bar" },
      el("h1", {}, "Where coders differ"),
      page.progress,
      el("label", { class: "on-code", for: "on-code" }, el("span", {}, "Code"), page.filter),
      page.majorityLabel,
      el("label", { class: "switch" }, page.open, "Open lines only"),
      el("label", { class: "switch" }, page.names, "Hide names"),
      page.saved,
      dialogButton("Codebook", "c"),
      dialogButton("Keys", "?"),
    ),
    el("div", { class: "notices" }, page.news, page.notice),
    el("div", { class: "settling" }, rows.column, panel),
    page.live,
    dialogs.help,
    dialogs.palette,
    dialogs.book,
  );
}

/** The menu of codes; chosen by the pointer, it gives the focus back, for keys would choose in it. */
function filterOfCodes(page) {
  let isByPointer = false;
  return el("select", {
    id: "on-code",
    onpointerdown: () => (isByPointer = true),
    onkeydown: ({ key }) => {
      isByPointer = false;
      if (key === "Enter") takeFocus(page.rows.column);
    },
    onchange: () => {
      applyFilters(page);
      if (isByPointer) takeFocus(page.rows.column);
    },
  });
}

function paintAll(page) {
  const { state, rows, filter } = page;
  forgetRows(rows);
  paintAround(rows, 0);
  filter.replaceChildren(
    el("option", { value: "" }, `All codes (${state.lines.length})`),
    ...Object.entries(state.contested).map(([id, n]) => el("option", { value: id }, `${nameOf(state, id)} (${n})`)),
  );
  filter.value = state.code;
  const n = state.lines.filter(({ majority }) => majority).length;
  page.majorityLabel.hidden = !n;
  page.majorityLabel.lastChild.textContent = `Most coders agree (${n})`;
  page.majority.checked = state.majorityOnly;
  paintProgress(page);
}

function paintProgress({ state, progress }) {
  const lines = linesWanted(state);
  const done = lines.filter((line) => line.settled.length).length;
  progress.textContent = `${done} of ${lines.length} settled`;
}

function paintSaved({ saved, state }, { pending, trouble, closed }) {
  const problem = closed ? `Not saved: ${trouble}` : trouble && "Not saved yet; trying again";
  saved.className = `saved${pending ? " pending" : ""}${problem ? " problem" : ""}`;
  const n = state.reasons.size;
  const waiting = n ? `; ${n === 1 ? "a reason waits for its ruling" : `${n} reasons wait for their rulings`}` : "";
  const text = problem || (pending ? "Saving" : `Saved${waiting}`);
  if (saved.textContent !== text) saved.textContent = text;
}

/** Show a sentence above the lines; none takes it away. */
function warn({ notice }, sentence = "") {
  notice.hidden = !sentence;
  notice.textContent = sentence;
}

function announce({ state, live }, line, first = "") {
  live.textContent = `${first}${described(state, line)}`;
}

// ---------------------------------------------------------------- going to a line

/** Make a line the current one; null when all are settled. */
function go(page, id, { quietly = false, focus = true, again = false } = {}) {
  const { state, rows, panel } = page;
  const before = state.current;
  if (before === id && !again) return;
  state.current = id;
  state.since = performance.now();
  if (state.openOnly) state.shown = filtered(state); // the line that was left may have been settled
  const index = indexOf(state, id);
  const line = currentLine(state);
  if (before !== id && state.byId.has(before)) repaintRow(rows, state.byId.get(before));
  if (line) repaintRow(rows, line);
  if (index >= 0 && (state.openOnly || isNearEdge(rows, index))) paintAround(rows, index);
  else fetchAhead(rows);
  paintPanel(panel, state, page.actions);
  if (!line) return;
  scrollToRow(rows, id);
  if (focus && !panel.contains(panel.getRootNode().activeElement)) takeFocus(rows.column);
  if (!quietly && line.readings) announce(page, line);
}

function move({ state, go: goTo }, step) {
  const line = state.shown[indexOf(state, state.current) + step];
  if (line) goTo(line.id);
}

function applyFilters(page) {
  const { state, rows } = page;
  state.code = page.filter.value;
  state.openOnly = page.open.checked;
  state.majorityOnly = page.majority.checked;
  state.shown = filtered(state);
  paintAround(rows, Math.max(0, indexOf(state, state.current)));
  paintProgress(page);
  const line = currentLine(state);
  if (line && linesWanted(state).includes(line)) {
    scrollToRow(rows, line.id);
    return;
  }
  const lines = filtered(state);
  const next = lines.find(({ settled }) => !settled.length) ?? lines[0] ?? null;
  page.go(next && next.id, { focus: false });
}

async function hideNames(page) {
  setHidden(page.state, page.names.checked);
  await look(page);
  page.live.textContent = page.state.hidden ? "Names are hidden." : "Names are shown.";
}

// ---------------------------------------------------------------- rulings: painted at once, stored in their order

/** Settle the current line; `compared` are the numbers of the readings between which the ruling decides. */
function rule(page, ruling, { left, right } = {}, codes = []) {
  const { state, rows } = page;
  const line = currentLine(state);
  const compared = left === undefined ? comparison(line, 0) : { left, right };
  const [one, other] = [line.readings[compared.left].codes, line.readings[compared.right].codes];
  const settled = { left: one, right: other, both: together(line, state)?.codes, neither: [], other: codes }[ruling];
  const reason = reasonOf(state, line).trim();
  const milliseconds = Math.round(performance.now() - state.since);
  state.reasons.delete(line.id);
  applyRuling(state, line, { codes: settled, reason });
  repaintRow(rows, line);
  paintProgress(page);
  const next = nextOpen(state, line.id);
  page.go(next && next.id, { quietly: true });
  const first = `Settled: ${phrase(state, settled)}. `;
  if (next) announce(page, next, first);
  else page.live.textContent = `${first}Every line is settled.`;
  state.outbox.put({
    gesture: crypto.randomUUID(),
    kind: "settle",
    version: state.version,
    line: line.id,
    digest: line.digest,
    ruling,
    left: one,
    right: other,
    codes,
    reason,
    hidden: state.hidden,
    milliseconds,
  });
}

/** Let the reading of this number stand. */
function choose(page, index) {
  const { ruling, ...compared } = comparison(currentLine(page.state), index);
  rule(page, ruling, compared);
}

function settleTogether(page) {
  const both = together(currentLine(page.state), page.state);
  if (both) rule(page, "both", both);
}

function onStored(page, act, result, answer) {
  const { state, rows } = page;
  const line = result.line && state.byId.get(result.line.id);
  if (line) {
    Object.assign(line, result.line);
    // an act on the same line that still waits is already on the screen
    if (!isUnstored(state, line.id)) repaintRow(rows, line);
  }
  const isChanged = answer.version !== undefined && answer.version !== state.version;
  if (result.reload || isChanged) lookAgain(page);
  warn(page, result.refused);
  if (result.refused) {
    if (act.reason) state.reasons.set(act.line, act.reason);
    if (result.line) page.go(result.line.id, { again: true });
  }
  if (act.kind === "undo" && result.line) {
    page.go(result.line.id, { quietly: true, again: true });
    if (line) announce(page, line, "Undone. ");
  }
  paintProgress(page);
}

function openOtherCodes(page) {
  openPalette(page.dialogs, page.state, (codes) => rule(page, "other", {}, codes));
}

// ---------------------------------------------------------------- keys

function keyActions(page) {
  const { state } = page;
  const onLine = (act) => () => currentLine(state)?.readings && act();
  const keys = Array.from({ length: 10 }, (_, index) => [keyOfReading(index), index]);
  const choose1toN = ([key, index]) => [key, onLine(() => currentLine(state).readings[index] && choose(page, index))];
  return {
    ...Object.fromEntries(keys.map(choose1toN)),
    b: onLine(() => settleTogether(page)),
    n: onLine(() => rule(page, "neither")),
    o: onLine(() => openOtherCodes(page)),
    m: () => page.root.querySelector("#reason")?.focus(),
    u: () => state.outbox.put({ gesture: crypto.randomUUID(), kind: "undo" }),
    j: () => move(page, 1),
    k: () => move(page, -1),
    c: () => openCodebook(page.dialogs, state),
    "?": () => openHelp(page.dialogs),
    ArrowDown: () => move(page, 1),
    ArrowUp: () => move(page, -1),
    choose: (index) => choose(page, index),
    leave: () => takeFocus(page.rows.column),
    written: () => page.state.outbox?.notify(),
  };
}

const NO_KEYS = new Set(["choose", "leave", "written"]); // what only the panel does

function press({ state, actions }, key) {
  if (!state.outbox || !Object.hasOwn(actions, key) || NO_KEYS.has(key)) return false;
  actions[key]();
  return true;
}

// ---------------------------------------------------------------- beginning

/** Ask for all lines and begin again at the current one, or at the first that is open. */
async function look(page) {
  const { state, server } = page;
  const before = state.version;
  const answer = await server.state(state.hidden, before);
  takeState(state, answer);
  if (before && answer.version !== before) paintNews(page.news, answer, { home: page.rows.column });
  const { current } = state;
  state.current = null;
  paintAll(page);
  const first = state.byId.get(current) ?? nextOpen(state, null) ?? state.lines[0] ?? null;
  page.go(first && first.id, { quietly: true, again: true });
}

/** Ask for all lines because something changed; if that fails, the next answer of the server shows it again. */
function lookAgain(page) {
  page.looking ??= look(page)
    .catch(() => {})
    .finally(() => {
      page.looking = null;
    });
}

async function begin(page) {
  const { state, request } = page;
  await look(page);
  state.reasons = new Drafts(`autocode:reason:${state.study}:${state.coder}`);
  state.outbox = new Outbox({
    key: `autocode:adjudications:${state.study}:${state.coder}`,
    url: "/adjudicate/submit",
    request,
    onStored: (...all) => onStored(page, ...all),
    onChange: (status) => paintSaved(page, status),
    shared: false, // an undo is shown by the tab in which it was pressed
  });
  if (state.outbox.count) {
    state.outbox.notify();
    await state.outbox.flush();
    state.current = null; // the first open line is known only now
    await look(page);
  }
  state.outbox.notify();
  paintPanel(page.panel, state, page.actions); // with the reasons that were kept
  if (currentLine(state)?.readings) announce(page, currentLine(state));
}
