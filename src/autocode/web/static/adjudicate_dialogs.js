// The dialogs of the adjudication page: keys, codebook, and other codes than those of the readings.

import { codesFound } from "./code_search.js";
import { chip, el, listing, openDialog, takeFocus } from "./dom.js";
import { singleKeys } from "./keys.js";
import { definitions } from "./adjudicate_panel.js";
import { nameOf } from "./adjudicate_state.js";

/** Return the dialogs, which give the focus back to `home` when they are closed. */
export function newDialogs(home) {
  const dialogs = {
    help: el("dialog", { class: "keys", "aria-label": "Keys" }),
    palette: el("dialog", { class: "palette", "aria-label": "Other codes" }),
    book: el("dialog", { class: "book", "aria-label": "Codebook" }),
  };
  for (const dialog of Object.values(dialogs)) dialog.addEventListener("close", () => takeFocus(home));
  const open = (dialog, ...children) => {
    dialog.replaceChildren(...children);
    openDialog(dialog, home);
  };
  return { ...dialogs, open };
}

function top(title, dialog) {
  const close = { class: "button small", type: "button", onclick: () => dialog.close() };
  return el("div", { class: "top" }, el("h2", {}, title), el("button", close, "Close", el("kbd", {}, "Esc")));
}

// ---------------------------------------------------------------- keys and codebook

const KEYS = [
  ["1 … 9", "The coding with this number stands"],
  ["B", "Both together, if two codings have all codes that anybody gave"],
  ["N", "Neither: no code applies"],
  ["O", "Other codes"],
  ["M", "Write the reason; Enter or Esc leaves the field, Shift+Enter begins a line"],
  ["U", "Undo, back to the line"],
  ["J ↓", "Next line"],
  ["K ↑", "Line before"],
  ["C", "Codebook with definitions"],
  ["?", "These keys"],
];

export function openHelp({ help, open }) {
  const letters = el("input", { type: "checkbox", role: "switch", id: "letters", ".checked": singleKeys.on });
  letters.addEventListener("change", () => {
    singleKeys.on = letters.checked;
  });
  const keycaps = (keys) => keys.split(" ").map((key) => el("kbd", {}, key));
  open(
    help,
    top("Keys", help),
    el("dl", {}, KEYS.flatMap(([keys, effect]) => [el("dt", {}, keycaps(keys)), el("dd", {}, effect)])),
    el("label", { class: "switch", for: "letters" }, letters, "Single-key shortcuts"),
    el("p", { class: "soft" }, "Keys that are held down, or pressed with Ctrl, Alt or Cmd, decide nothing; only Ctrl+Z undoes."),
  );
}

export function openCodebook({ book, open }, { codes }) {
  const themes = Map.groupBy(Object.values(codes), ({ theme }) => theme);
  const sections = [...themes].map(([theme, members]) =>
    el("section", {}, theme ? el("h3", {}, theme) : null, definitions(members)),
  );
  open(book, top("Codebook", book), ...sections);
}

// ---------------------------------------------------------------- other codes

/** Have the adjudicator choose codes of the codebook, and settle with them: `settle(codes)`. */
export function openPalette({ palette, open }, state, settle) {
  const search = { state, chosen: [], found: [], index: 0, ...paletteElements() };
  search.finish = () => {
    if (!search.chosen.length) return;
    palette.close();
    settle(search.chosen);
  };
  search.button.addEventListener("click", search.finish);
  search.field.addEventListener("input", () => {
    search.index = 0;
    paintFound(search);
  });
  search.field.addEventListener("keydown", (event) => onFindKey(search, event));
  const explanation = "Enter chooses a code; Enter again settles the line. Esc goes back.";
  open(palette, search.field, search.options, search.button, el("p", { class: "soft" }, explanation));
  paintFound(search);
  search.field.focus();
}

function paletteElements() {
  const field = el("input", {
    type: "text",
    class: "find",
    role: "combobox",
    "aria-label": "Find a code",
    "aria-expanded": "true",
    "aria-controls": "other-codes",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Find a code",
  });
  const list = { id: "other-codes", role: "listbox", "aria-label": "Codes", "aria-multiselectable": "true" };
  const button = el("button", { class: "button main", type: "button" }, el("span", {}), el("kbd", {}, "Enter"));
  return { field, options: el("ul", list), button };
}

function paintFound(search) {
  const { state, chosen, field, options, button } = search;
  search.found = codesFound(Object.values(state.codes), field.value);
  search.index = Math.max(0, Math.min(search.index, search.found.length - 1));
  options.replaceChildren(...search.found.map((code, index) => optionElement(search, code, index)));
  if (search.found.length) field.setAttribute("aria-activedescendant", `other-${search.index}`);
  else field.removeAttribute("aria-activedescendant");
  options.querySelector(".at")?.scrollIntoView?.({ block: "nearest" });
  button.setAttribute("aria-disabled", `${!chosen.length}`);
  const names = listing(chosen.map((id) => nameOf(state, id)));
  button.firstElementChild.textContent = chosen.length ? `Settle with ${names}` : "Choose a code first";
}

function optionElement(search, code, index) {
  const isChosen = search.chosen.includes(code.id);
  const attributes = { id: `other-${index}`, role: "option", "aria-selected": `${isChosen}` };
  return el(
    "li",
    { ...attributes, class: index === search.index ? "at" : null, onclick: () => toggle(search, code.id) },
    chip(code),
    el("span", { class: "definition" }, code.definition),
  );
}

function toggle(search, id) {
  const { chosen, field } = search;
  const index = chosen.indexOf(id);
  if (index < 0) chosen.push(id);
  else chosen.splice(index, 1);
  field.value = "";
  search.index = 0;
  paintFound(search);
  field.focus();
}

function onFindKey(search, event) {
  const { chosen, field, found } = search;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    search.index += event.key === "ArrowDown" ? 1 : -1;
    paintFound(search);
  } else if (event.key === "Enter" && !event.repeat) {
    event.preventDefault();
    if (chosen.length && !field.value.trim()) search.finish();
    else if (found[search.index]) toggle(search, found[search.index].id);
  } else if (event.key === "Backspace" && !field.value && chosen.length) {
    chosen.pop();
    paintFound(search);
  }
}
