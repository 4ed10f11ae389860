// The dialog of an act on the board: what it needs to know, what it would change, and, once that was seen, the change.

import { formFor, written } from "./board_forms.js";
import { paintPlan } from "./board_paint.js";
import { byId, el, openDialog } from "./dom.js";

const dialog = byId("act");
let act = null; // { kind, entries, board, gesture }
let form = null; // its fields
let shown = null; // what the plan on the screen was made of, and its fingerprint
let isBusy = false;
let actions = null;

const say = (sentence) => (byId("act-said").textContent = sentence);

// ---------------------------------------------------------------- fields

/** Open the dialog of an act on some cards. */
export function dialogFor(kind, { board, entries, ...more }) {
  form = formFor(kind, { board, entries, ...more }, forget);
  act = { kind, entries, board, gesture: crypto.randomUUID() };
  byId("act-title").textContent = form.title;
  byId("act-make").replaceChildren(form.make, el("kbd", {}, "Enter"));
  byId("act-fields").replaceChildren(...form.fields.flat());
  for (const [id, preset] of Object.entries(form.preset)) byId(id).value = preset;
  forget();
  openDialog(dialog, document.activeElement ?? byId("board"));
  byId(form.first).focus();
  if (kind === "undo") plan();
}

const sent = () => ({ kind: act.kind, version: act.board.version, codes: act.entries.map(({ id }) => id), ...written() });

/** What is written differs from what was planned: the plan no longer holds. */
function forget() {
  shown = null;
  form.sync();
  byId("act-sentences").hidden = true;
  byId("act-make").hidden = true;
  say("");
}

// ---------------------------------------------------------------- plan, then change

/** Ask the server, one request at a time; a refusal is said, and the answer is null then. */
async function asked(path, body) {
  if (isBusy) return null;
  isBusy = true;
  byId("act-plan").disabled = byId("act-make").disabled = true;
  try {
    const response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    const answer = await response.json();
    if (!answer.refused) return answer;
    forget();
    say(answer.refused);
    if (answer.board && answer.board.version !== act.board.version) takeAnew(answer.board);
  } catch (error) {
    say(`${error.message} Nothing was changed.`);
  } finally {
    isBusy = false;
    byId("act-plan").disabled = byId("act-make").disabled = false;
  }
  return null;
}

/** Somebody changed the codebook meanwhile: the act is planned anew, with the cards that are still there. */
function takeAnew(board) {
  act.board = board;
  const there = new Set([...board.codes, ...board.themes].map(({ id }) => id));
  act.entries = act.entries.filter(({ id }) => there.has(id));
  actions.onStale(board);
}

async function plan() {
  const body = sent();
  forget();
  const answer = await asked("/board/plan", body);
  if (!answer || !dialog.open || JSON.stringify(sent()) !== JSON.stringify(body)) return;
  paintPlan(answer.plan);
  byId("act-sentences").hidden = byId("act-make").hidden = false;
  shown = { ...body, plan: answer.fingerprint };
  say("This is what would change. Nothing is changed yet.");
  byId("act-make").focus();
}

async function make() {
  if (!shown) return;
  const body = { ...shown, gesture: act.gesture };
  const answer = await asked("/board/make", body);
  if (!answer) return;
  dialog.close();
  actions.onMade(answer.board, answer.look, `${byId("act-title").textContent}: done.`);
}

/** Connect the dialog with the board: `onMade(board, look, sentence)` and `onStale(board)`. */
export function prepareDialog(given) {
  actions = given;
  byId("act-form").addEventListener("submit", (event) => {
    event.preventDefault();
    plan();
  });
  dialog.addEventListener("keydown", (event) => {
    // in a field of several lines, Enter begins a new one
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) plan();
  });
  byId("act-make").addEventListener("click", make);
  byId("act-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
