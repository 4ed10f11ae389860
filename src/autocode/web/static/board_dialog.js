// The dialog of an act on the board: what it needs to know, what it would change, and, once that was seen, the change.

import { byId, el, listing, openDialog } from "./dom.js";

const dialog = byId("act");
let act = null; // { kind, entries, board, gesture }
let shown = null; // what the plan on the screen was made of, and its fingerprint
let isBusy = false;
let actions = null;

const say = (sentence) => (byId("act-said").textContent = sentence);
const value = (id) => byId(id)?.value ?? "";

// ---------------------------------------------------------------- fields

function field(id, label, more = {}) {
  return el("p", {}, el("label", { for: id }, label), el("input", { id, autocomplete: "off", dir: "auto", maxlength: "200", oninput: forget, ...more }));
}

function choice(id, label, options) {
  return el(
    "p",
    {},
    el("label", { for: id }, label),
    el("select", { id, onchange: forget }, options.map(([key, name]) => el("option", { value: key }, name))),
  );
}

const reason = () => field("reason", "Reason");
const names = (entries) => listing(entries.map(({ name }) => `“${name}”`));

const FORMS = {
  group({ entries, board, into }) {
    const isOwn = entries.some(({ owner }) => owner);
    const chosen = new Set(entries.map(({ id }) => id));
    const groups = (isOwn ? board.codes.filter(({ owner }) => !owner) : board.themes).filter(({ id }) => !chosen.has(id));
    const what = isOwn ? "subtheme" : "theme";
    const fields = [
      choice("into", "Into", [["", `A new ${what}`], ...groups.map(({ id, name }) => [id, name])]),
      field("name", `Name of the new ${what}`),
      board.themes.length && choice("theme", "Under the theme", [["", "None"], ...board.themes.filter(({ id }) => !chosen.has(id)).map(({ id, name }) => [id, name])]),
      reason(),
    ].filter(Boolean);
    return { title: `Group ${names(entries)}`, make: "Group them", fields, preset: { into: into ?? "" }, first: "name" };
  },
  merge({ entries }) {
    const common = entries.filter(({ owner }) => !owner);
    const stays = common.length ? common : entries;
    return {
      title: `Merge ${names(entries)}`,
      make: "Merge them",
      fields: [choice("into", "Stays", stays.map(({ id, name }) => [id, name])), reason()],
      first: "into",
    };
  },
  split({ entries: [{ name }] }) {
    const parts = el("textarea", { id: "parts", rows: "4", dir: "auto", oninput: forget });
    return {
      title: `Split “${name}”`,
      make: "Split it",
      fields: [el("p", {}, el("label", { for: "parts" }, "Names of the parts, each on a line"), parts), reason()],
      first: "parts",
    };
  },
  rename({ entries: [{ name }] }) {
    return { title: `Rename “${name}”`, make: "Rename it", fields: [field("name", "New name", { ".value": name }), reason()], first: "name" };
  },
  undo: () => ({ title: "Take back the latest change", make: "Take it back", fields: [reason()], first: "reason" }),
};

/** Open the dialog of an act on some cards. */
export function dialogFor(kind, { board, entries, into }) {
  const form = FORMS[kind]({ entries, board, into });
  act = { kind, entries, board, gesture: crypto.randomUUID() };
  byId("act-title").textContent = form.title;
  byId("act-make").textContent = form.make;
  byId("act-fields").replaceChildren(...form.fields);
  for (const [id, preset] of Object.entries(form.preset ?? {})) byId(id).value = preset;
  forget();
  openDialog(dialog, document.activeElement ?? byId("board"));
  byId(form.preset?.into ? "reason" : form.first).focus();
  if (kind === "undo") plan();
}

const written = () => ({
  kind: act.kind,
  version: act.board.version,
  codes: act.entries.map(({ id }) => id),
  into: value("into"),
  name: value("name"),
  theme: value("into") ? "" : value("theme"),
  parts: value("parts").split("\n"),
  reason: value("reason"),
});

/** What is written differs from what was planned: the plan no longer holds. */
function forget() {
  shown = null;
  for (const id of ["name", "theme"]) {
    // these are of a new group
    if (byId("into") && byId(id)) byId(id).closest("p").hidden = Boolean(value("into"));
  }
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
  const body = written();
  forget();
  const answer = await asked("/board/plan", body);
  if (!answer || !dialog.open || JSON.stringify(written()) !== JSON.stringify(body)) return;
  byId("act-sentences").textContent = answer.plan;
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
  byId("act-make").addEventListener("click", make);
  byId("act-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}
