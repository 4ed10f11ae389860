// What the review page says: a sentence at the foot, one for screen readers, messages that stay, and whether all is stored.

import { byId, el } from "./dom.js";
import { state } from "./review_state.js";

/** Have a screen reader read a sentence. */
export function announce(text) {
  byId("live").textContent = text;
}

/** What stands at the foot: why a key did nothing on the current line, or else what was noted of the page. */
export const footText = () => state.hint || state.note;

function paintFoot() {
  const quiet = byId("quiet");
  if (quiet) quiet.textContent = footText();
}

/** Put a sentence about the page at its foot; it asks for nothing, and stays until the next one. */
export function note(text) {
  state.note = text;
  paintFoot();
}

/** Say why a key did nothing; the sentence goes with the current line. */
export function hint(text) {
  state.hint = text;
  paintFoot();
  announce(text);
}

/** Put up a message that stays until it is closed; with a line, it leads there. */
export function alertOf(text, { line: id, show } = {}) {
  const line = state.lines.get(id);
  const close = () => box.remove();
  const go = () => {
    close();
    show(id);
  };
  const small = { class: "button small", type: "button" };
  const box = el(
    "div",
    { class: "alert" },
    el("p", { dir: "auto" }, text),
    line && el("button", { ...small, onclick: go }, `Go to line ${line.order}`),
    el("button", { ...small, onclick: close }, "Close"),
  );
  byId("alerts").append(box);
}

/** Paint whether what was decided, chosen and written is stored. */
export function paintSaved() {
  const { outbox, drafts } = state;
  if (!outbox || !state.begun) return;
  const { count: pending, trouble } = outbox;
  const saved = byId("saved");
  const decisions = pending === 1 ? "1 decision waits" : `${pending} decisions wait`;
  const unsaved = drafts.ids();
  const status = trouble && pending ? "trouble" : pending ? "saving" : unsaved.length ? "draft" : "saved";
  const texts = {
    trouble: `${decisions} in this browser: ${trouble}`,
    saving: "Saving",
    draft: describedDrafts(unsaved),
    saved: "Saved",
  };
  if (saved.dataset.state === status && saved.lastElementChild.textContent === texts[status]) return;
  paintStatus(status, texts[status]);
}

function describedDrafts([first, ...others]) {
  if (others.length) return `Not stored: drafts on ${others.length + 1} lines`;
  return first === state.current ? "Not stored yet" : `Not stored: a draft on ${first}`;
}

export function paintStatus(status, text) {
  const saved = byId("saved");
  saved.dataset.state = status;
  saved.lastElementChild.textContent = text;
}
