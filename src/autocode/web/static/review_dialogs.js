// The dialogs of the review page: finding a code, the keys, and all interviews.

import { codesFound, codesNear } from "./code_search.js";
import { byId, chip, closeTowards, el, giveBack, listing, openDialog } from "./dom.js";
import { singleKeys } from "./keys.js";
import { announce, paintSaved } from "./review_messages.js";
import { main, paintSide } from "./review_paint.js";
import { ask } from "./review_server.js";
import { state, toggle } from "./review_state.js";

/** Connect the dialogs with the page. */
export function prepareDialogs() {
  byId("find").addEventListener("input", search);
  byId("find").addEventListener("keydown", onFindKey);
  byId("new-make").addEventListener("click", makeNew);
  byId("letters").addEventListener("change", (event) => {
    singleKeys.on = event.target.checked;
    paintSide();
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => giveBack(dialog, main));
  }
}

// ---------------------------------------------------------------- finding a code

// codes that are found, the name of a new one if no code has it, and what makes one at once where coders make codes
const palette = { options: [], index: 0, name: "", make: null };

/** Let a code be found; `make(name)` makes one at once, where coders make codes. */
export function openPalette({ make }) {
  palette.make = make;
  const field = byId("find");
  // words of the line become the name of a new code, an in-vivo code, unless a code has that name
  field.value = state.making ? wordsMarked(field.maxLength) : "";
  search();
  openDialog(byId("palette"), main);
  field.focus();
}

/** The words that are marked in the current line; empty if none are, or more than a name can be. */
function wordsMarked(longest) {
  const selection = getSelection();
  const words = String(selection).trim().replace(/\s+/g, " ");
  const { anchorNode } = selection;
  const line = (anchorNode instanceof Element ? anchorNode : anchorNode?.parentElement)?.closest("article.now .words");
  return line && words.length <= longest ? words : "";
}

/** Look again for what is typed, in other codes; nothing if no code is looked for. */
export function repaintPalette() {
  if (byId("palette").open) search();
}

function search() {
  const typed = byId("find").value;
  const codes = [...state.codes.values()];
  const recent = state.recent.map((id) => state.codes.get(id)).filter(Boolean);
  const found = typed.trim() ? codesFound(codes, typed) : [...recent, ...codes.filter((code) => !recent.includes(code))];
  palette.options = found;
  palette.index = 0;
  byId("found").replaceChildren(...found.map((code, index) => optionElement(code, index)));
  point(0);
  paintNewCode(codes, typed.trim().replace(/\s+/g, " "));
}

/** Offer what is typed as the name of a new code, unless a code has that name; the codes near it are named. */
function paintNewCode(codes, name) {
  const isNew = Boolean(name) && !codes.some((code) => code.name.toLowerCase() === name.toLowerCase());
  palette.name = isNew ? name : "";
  byId("new-code").hidden = !isNew;
  if (!isNew) return;
  const near = listing(codesNear(codes, name).map((code) => `“${code.name}”`));
  byId("new-about").textContent = `No code is called “${name}”.${near && ` Near it: ${near}.`} ${NEW_CODE[state.making]}`;
  byId("new-make").firstElementChild.textContent = `${state.making ? "Make" : "Propose"} “${name}”`;
}

function optionElement(code, index) {
  return el(
    "li",
    {
      role: "option",
      id: `option-${index}`,
      "aria-selected": `${index === 0}`,
      onclick: () => pick(index),
      onmousemove: () => palette.index !== index && point(index, false),
    },
    chip(code),
    el("span", { class: "gist", dir: "auto" }, code.definition || code.path),
    state.chosen.has(code.id) && el("span", { class: "on" }, "chosen"),
  );
}

/** Select an option, and show what its code means. */
function point(index, scroll = true) {
  const list = byId("found");
  list.children[palette.index]?.setAttribute("aria-selected", "false");
  palette.index = Math.max(0, Math.min(index, palette.options.length - 1));
  const option = list.children[palette.index];
  option?.setAttribute("aria-selected", "true");
  if (option && scroll) {
    const [top, bottom] = [option.offsetTop, option.offsetTop + option.offsetHeight]; // the list is what it is offset from
    if (top < list.scrollTop) list.scrollTop = top;
    else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  }
  if (option) byId("find").setAttribute("aria-activedescendant", option.id);
  else byId("find").removeAttribute("aria-activedescendant");
  const selected = palette.options[palette.index];
  byId("about-code").replaceChildren(...(selected ? aboutCode(selected) : []));
}

const NEW_CODE = {
  own: "As your code, nobody else sees or gives it before all have coded.",
  shared: "As a code, all coders can give it from then on.",
  "": "A proposal to the team is stored with the line, and the codebook does not change.",
};

function aboutCode(code) {
  const part = (label, text) => text && el("p", { dir: "auto" }, el("b", {}, `${label} `), text);
  return [
    code.path && el("p", { class: "theme", dir: "auto" }, code.path),
    part("Definition", code.definition),
    part("Use when", code.use_when),
    part("Not when", code.not_when),
    code.examples.length ? part("Examples", code.examples.map((example) => `“${example}”`).join(" ")) : null,
  ].filter(Boolean);
}

/** Choose a code that was found, or drop it if it is chosen. */
function pick(index) {
  const code = palette.options[index];
  if (code) leavePalette(state.chosen, code.id, { name: code.name });
}

/** Choose what is typed as a new code: a gesture of its own, so that nobody makes one by mistake. */
function makeNew() {
  const { name } = palette;
  if (!name) return;
  leavePalette(state.proposed, name, { name: `${name}, ${state.making ? "new" : "proposed"},` });
  if (state.making && state.proposed.has(name)) palette.make(name);
}

function leavePalette(chosen, key, { name }) {
  const isChosen = toggle(chosen, key);
  state.hint = "";
  paintSide();
  paintSaved();
  closeTowards(byId("palette"), byId("keep"), main);
  announce(`${name} ${isChosen ? "chosen" : "dropped"}. Enter keeps it.`);
}

function onFindKey(event) {
  if (event.isComposing || event.keyCode === 229) return;
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
  if (step) point(palette.index + step);
  else if (event.key !== "Enter") return;
  else if (!event.repeat) event.shiftKey ? makeNew() : pick(palette.index);
  event.preventDefault();
}

// ---------------------------------------------------------------- keys

const KEYS = [
  ["1 2 3", "choose a suggestion, or drop it again"],
  ["Enter", "keep what is chosen and go on"],
  ["A", "accept the first suggestion, if it is strong"],
  ["E", "the suggestions in full: whole definitions and similar lines"],
  ["N", "none fits: you have read the line, and no code applies"],
  ["F /", "find a code: type words of its name, theme or definition, in any order"],
  ["Shift Enter", "there: propose or make a new code of what is typed, or of marked words in a study coded from zero"],
  ["M", "memo on the line"],
  ["S", "leave the line for later"],
  ["U Ctrl+Z", "undo, back to the line"],
  ["R Ctrl+Y", "redo what was undone last"],
  ["J K ↓ ↑", "move without deciding"],
  ["I", "all interviews"],
  ["?", "these keys"],
];
const MODES = {
  independent: "This study is coded independently, without suggestions.",
  "blind-first":
    "This study is coded blind first: suggestions stay on the server until your own coding is stored, and are then shown where they differ from it. Both codings are kept.",
  assisted:
    "This study is coded with suggestions. Nothing is chosen for you, and no suggestion becomes a code until you keep it. Some lines, drawn at random beforehand, have no suggestions.",
};
const RECORDED =
  "Every decision is stored on the disk at once; “Saved” confirms it. What was shown, in which order, and how long a line took is recorded with it.";

export function openHelp() {
  const keycaps = (keys) => keys.split(" ").map((key) => el("kbd", {}, key));
  byId("help-keys").replaceChildren(
    ...KEYS.map(([keys, effect]) => el("div", {}, el("dt", {}, keycaps(keys)), el("dd", {}, effect))),
  );
  byId("letters").checked = singleKeys.on;
  byId("help-mode").replaceChildren(el("p", {}, MODES[state.mode]), el("p", {}, RECORDED));
  byId("help-bands").replaceChildren();
  if (state.mode !== "independent") showBands();
  openDialog(byId("help"), main);
}

/** Show beside the keys, where nobody is deciding, what strong, fair and weak have meant so far. */
async function showBands() {
  const answer = await ask("/review/bands").catch(() => null);
  if (!answer) return;
  byId("help-bands").replaceChildren(
    el("h3", {}, "How often suggestions of each strength were kept"),
    el("dl", {}, ...answer.bands.map(([band, meaning]) => el("div", {}, el("dt", {}, band), el("dd", {}, meaning)))),
  );
}

// ---------------------------------------------------------------- interviews

export function openInterviews({ show }) {
  byId("choose-list").replaceChildren(...state.interviews.map((interview) => interviewElement(interview, show)));
  openDialog(byId("choose"), main);
}

function interviewElement({ id, about, lines }, show) {
  const done = lines.filter((line) => state.done.has(line)).length;
  const first = lines.find((line) => !state.done.has(line)) ?? lines[0];
  const onclick = () => {
    closeTowards(byId("choose"), main, main);
    show(first);
  };
  const label = `${id}: ${done} of ${lines.length} lines decided`;
  return el(
    "li",
    {},
    el(
      "button",
      { class: "button", type: "button", autofocus: id === state.interview?.id, ".disabled": !first, onclick },
      el("span", { class: "which" }, el("b", {}, id), " ", el("small", { dir: "auto" }, about)),
      el("progress", { max: `${lines.length || 1}`, value: `${done}`, "aria-label": label }),
      el("small", { class: "number" }, `${done} of ${lines.length}`),
    ),
  );
}
