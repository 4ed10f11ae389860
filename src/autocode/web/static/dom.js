// How the pages make elements. Text is always inserted as text, whatever a participant said or a coder wrote.

/** Return a new element; `attributes` holds attributes, event handlers (`onclick`) and, after a dot, properties. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) element[name.slice(1)] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Give an element the focus without scrolling to it. */
export const takeFocus = (element) => element.focus({ preventScroll: true });

/** Open a dialog such that the element `home` gets the focus back afterwards, and no key press is lost in between. */
export function openDialog(dialog, home) {
  // the field of a closed dialog keeps the focus until the next frame if no other element had it before
  takeFocus(home);
  dialog.showModal();
}

/** Return a code as a chip in the hue of its theme. */
export function chip(code, more = "") {
  return el("span", { class: `chip hue-${code.hue} ${more}`.trim(), dir: "auto" }, code.name);
}

/** Return who speaks, to stand before the words: for all to read where several speak, else for screen readers. */
export const speakerLabel = ({ speaker, asks = false }, several) =>
  el("p", { class: several ? "speaker" : "speaker unseen", dir: "auto" }, asks && el("span", { class: "unseen" }, "Question by "), speaker);

/** Whether a line begins a turn: after a line of somebody else, or of none. */
export const beginsTurn = (line, before) =>
  line.speaker !== before?.speaker || Boolean(line.asks) !== Boolean(before.asks);

/** Return names as a phrase: "a, b and c". */
export const listing = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
