// The board: codes as cards under their themes. What is selected, where the focus is, and what a key does; an act is planned and
// made in its dialog.

import { dialogFor, prepareDialog } from "./board_dialog.js";
import { coherenceOf, paintBoard, paintPairs, paintProposed } from "./board_paint.js";
import { byId, el, openDialog, takeFocus } from "./dom.js";
import { listen, singleKeys } from "./keys.js";

const state = { board: null, selected: new Set(), coherence: {} };
const main = byId("board");

const say = (sentence) => (byId("said").textContent = sentence);
const entryOf = (id) => [...state.board.codes, ...state.board.themes].find((entry) => entry.id === id);
const isTheme = (id) => !state.board.codes.some((code) => code.id === id); // a theme that is coded, too, is a code here
const picks = () => [...document.querySelectorAll("#themes .pick")];

// ---------------------------------------------------------------- what is shown

async function ask(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Take over the codes as they are now, and give the focus to a card. */
function take(board, look = "") {
  const focused = look || document.activeElement?.dataset?.code;
  const place = picks().indexOf(document.activeElement);
  state.board = board;
  const there = new Set([...board.codes, ...board.themes].map(({ id }) => id));
  state.selected = new Set([...state.selected].filter((id) => there.has(id)));
  for (const name of ["closed", "partial"]) {
    byId(name).textContent = board[name];
    byId(name).hidden = !board[name];
  }
  byId("count").textContent = `version ${board.version}, ${board.codes.length} ${board.codes.length === 1 ? "code" : "codes"}`;
  paintBoard(board, { onPick: toggle, onDrop: drop });
  paintProposed(board.proposed, Boolean(board.closed), (name) => openAct("add", { name }));
  mark();
  // where the card is gone, the keys go on from the one that stands in its place
  if (focused && !focusOn(focused)) focusOn(picks()[Math.min(place, picks().length - 1)]?.dataset.code) || takeFocus(main);
}

function focusOn(id) {
  const pick = picks().find(({ dataset }) => dataset.code === id);
  if (!pick) return false;
  pick.focus({ preventScroll: true });
  pick.closest(".card, .theme").scrollIntoView({ block: "nearest" });
  return true;
}

/** Paint what is selected, and which acts there are for it. */
function mark() {
  for (const pick of picks()) pick.checked = state.selected.has(pick.dataset.code);
  coherenceOf(state.coherence);
  const n = state.selected.size;
  byId("acts").replaceChildren(
    ...Object.entries(ACTS).map(([key, { label, isReady }]) =>
      el(
        "button",
        { class: "button small", type: "button", ".disabled": Boolean(state.board.closed) || !isReady(targets()), onclick: () => press(key) },
        label,
        singleKeys.on && el("kbd", {}, key.toUpperCase()),
      ),
    ),
    el("span", { class: "soft", id: "selected" }, n ? `${n} selected` : "None selected"),
  );
}

function toggle(id) {
  if (!state.selected.delete(id)) state.selected.add(id);
  mark();
  say(`${entryOf(id).name} ${state.selected.has(id) ? "selected" : "not selected"}.`);
}

/** Cards that were dragged onto a group are put into it, after the plan was shown. */
function drop(dragged, into) {
  if (state.board.closed || dragged === into) return;
  if (!state.selected.has(dragged)) state.selected = new Set([dragged]);
  state.selected.delete(into);
  mark();
  openAct("group", { into });
}

// ---------------------------------------------------------------- acts

/** What an act is done with: what is selected, else the card that has the focus. */
function targets() {
  if (state.selected.size) return [...state.selected];
  const focused = document.activeElement?.dataset?.code;
  return focused ? [focused] : [];
}

const isOne = (ids) => ids.length === 1;
const ACTS = {
  a: { label: "Add", kind: "add", isReady: () => true },
  g: { label: "Group", kind: "group", isReady: (ids) => ids.length > 0 },
  m: { label: "Merge", kind: "merge", isReady: (ids) => ids.length > 1 && new Set(ids.map(isTheme)).size === 1 },
  v: { label: "Move", kind: "move", isReady: (ids) => ids.length > 0 },
  s: { label: "Split", kind: "split", isReady: (ids) => isOne(ids) && !isTheme(ids[0]) },
  r: { label: "Rename", kind: "rename", isReady: isOne },
  d: { label: "Redefine", kind: "redefine", isReady: isOne },
  t: { label: "Retire", kind: "retire", isReady: isOne },
  u: { label: "Undo", kind: "undo", isReady: () => Boolean(state.board.latest) },
};
const WHY_NOT = {
  g: "Select the cards to group with X.",
  m: "Select two or more codes, or themes, to merge with X.",
  v: "Select the cards to move with X.",
  s: "Select one code to split.",
  r: "Select one card to rename.",
  d: "Select one card to redefine.",
  t: "Select one card to retire.",
  u: "There is no change to take back.",
};

function openAct(kind, more = {}) {
  const ids = ["add", "undo"].includes(kind) ? [] : targets();
  dialogFor(kind, { board: state.board, entries: ids.map(entryOf), ...more });
}

/** Do what a key says; returns whether it did something. */
function press(key) {
  if (ACTS[key]) {
    if (state.board.closed) say(state.board.closed);
    else if (ACTS[key].isReady(targets())) openAct(ACTS[key].kind);
    else say(WHY_NOT[key]);
    return true;
  }
  if (key === "x") return selectFocused();
  if (key === "Escape") return clear();
  if (key === "?") return help();
  return move(key);
}

function selectFocused() {
  const focused = document.activeElement?.dataset?.code;
  if (focused) toggle(focused);
  return Boolean(focused);
}

function clear() {
  state.selected.clear();
  mark();
  say("None selected.");
  return true;
}

/** Move the focus: left and right along the cards, up and down to the nearest card of another row. */
function move(key) {
  const all = picks();
  if (!all.length || !key.startsWith("Arrow")) return false;
  const here = all.indexOf(document.activeElement);
  if (here < 0) {
    all[0].focus();
    return true;
  }
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  const next = step ? all[here + step] : inNextRow(all, all[here], key === "ArrowDown" ? 1 : -1);
  if (next) focusOn(next.dataset.code);
  return true;
}

function inNextRow(all, from, step) {
  const box = (pick) => pick.closest(".card, .theme").getBoundingClientRect();
  const { top, left } = box(from);
  const further = all.filter((pick) => step * (box(pick).top - top) > 4);
  const distance = (pick) => 4 * Math.abs(box(pick).top - top) + Math.abs(box(pick).left - left);
  return further.sort((first, second) => distance(first) - distance(second))[0];
}

// ---------------------------------------------------------------- keys

const KEYS = [
  ["← → ↑ ↓", "move between the cards"],
  ["X Space", "select a card, or drop it from the selection"],
  ["A", "add a code or a theme"],
  ["G", "group: own codes into a subtheme, codes into a theme"],
  ["M", "merge codes, or themes, into one of them"],
  ["V", "move codes or themes to another theme, or out of theirs"],
  ["S", "split a code; lines that have it wait to be read again"],
  ["R", "rename a code or a theme"],
  ["D", "redefine a code or a theme"],
  ["T", "retire a code, or a theme without codes"],
  ["U Ctrl+Z", "take back the latest change"],
  ["Ctrl+Enter", "in a dialog, show what the act changes; Enter does so in a field of one line"],
  ["Esc", "select nothing"],
  ["?", "these keys"],
];

function help() {
  const keycaps = (keys) => keys.split(" ").map((key) => el("kbd", {}, key));
  byId("help-keys").replaceChildren(
    ...KEYS.map(([keys, effect]) => el("div", {}, el("dt", {}, keycaps(keys)), el("dd", {}, effect))),
  );
  byId("letters").checked = singleKeys.on;
  openDialog(byId("help"), document.activeElement ?? main);
  return true;
}

// ---------------------------------------------------------------- beginning

const pairActions = {
  nameOf: (id) => [entryOf(id)?.name ?? id, entryOf(id)?.owner && `(${entryOf(id).owner})`].filter(Boolean).join(" "),
  onBoth: (ids) => {
    state.selected = new Set(ids.filter(entryOf));
    mark();
    focusOn(ids[0]);
    say(`${ids.map((id) => entryOf(id)?.name).join(" and ")} selected.`);
  },
};

/** Show what the words of the lines say, when it is computed. */
async function showWords() {
  const { version } = state.board;
  const { similar = [], coherence = {}, note = "", refused = "" } = await ask("/board/words").catch(() => ({}));
  if (version !== state.board.version) return; // the codebook was changed meanwhile, and this is asked again
  state.coherence = coherence;
  coherenceOf(coherence);
  byId("similar").hidden = !similar.length && !note && !refused;
  paintPairs(byId("pairs"), similar, note || refused, pairActions);
  // what was asked about other codes
  paintPairs(byId("confusions"), [], "", pairActions);
}

/** Show which codes a suggester confuses; one is fitted for it, which takes seconds. */
async function showConfusions({ currentTarget }) {
  currentTarget.disabled = true;
  say("A suggester is fitted.");
  const { confused = [], note = "", refused = "" } = await ask("/board/confusions").catch((error) => ({ refused: error.message }));
  const pairs = confused.map((pair) => ({ ...pair, examples: pair.codes.map((id) => entryOf(id)?.shown?.[0]).filter(Boolean) }));
  paintPairs(byId("confusions"), pairs, note || refused, pairActions);
  say(note || refused || `${confused.length} ${confused.length === 1 ? "pair is" : "pairs are"} confused.`);
  byId("confuse").disabled = false;
  byId("confuse").focus();
}

async function refresh() {
  const board = await ask("/board/state");
  if (board.refused) {
    say(board.refused);
    return false;
  }
  if (board.version !== state.board?.version) {
    const isFirst = !state.board;
    take(board);
    say(isFirst ? "" : "The codebook was changed; this is how it is now.");
    showWords();
  }
  return true;
}

async function begin() {
  prepareDialog({
    onMade: (board, look, sentence) => {
      state.selected.clear();
      take(board, look);
      say(sentence);
      showWords();
    },
    onStale: take,
  });
  byId("keys").addEventListener("click", help);
  byId("confuse").addEventListener("click", showConfusions);
  byId("letters").addEventListener("change", ({ target }) => {
    singleKeys.on = target.checked;
    mark();
  });
  document.addEventListener("focusin", ({ target }) => target.dataset?.code && mark());
  try {
    if (!(await refresh())) return;
  } catch (error) {
    say(`${error.message} Reload the page when autocode runs again.`);
    return;
  }
  takeFocus(main);
  listen(press);
  document.documentElement.dataset.ready = "true";
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh().catch(() => {}));
}

begin();
