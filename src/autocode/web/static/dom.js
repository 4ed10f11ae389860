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

/**
 * Return a handler that acts on a click, once for a double click, and then gives the focus to `home`, where keys are listened
 * to; a button that was pressed by Enter or Space keeps it.
 */
export const onClick = (act, home) => (event) => {
  if (event.detail > 1) return;
  if (event.detail > 0) takeFocus(home);
  act(event);
};

const namedLike = (element, root) =>
  element.dataset.act && root.querySelector(`[data-act="${CSS.escape(element.dataset.act)}"]:not(:disabled)`);

/** Replace what is in an element; a button that has the focus gives it to the new one of its name (`data-act`), or else `home`. */
export function repaint(element, children, home) {
  const focused = element.getRootNode().activeElement;
  const isInside = element.contains(focused) && focused.dataset.act;
  element.replaceChildren(...children);
  if (isInside) takeFocus(namedLike(focused, element) ?? home);
}

const openers = new WeakMap(); // dialog -> the button that it was opened from; none if it was opened by a key or the pointer

/** Open a dialog such that no key press is lost when it closes; `home` is where keys are listened to. */
export function openDialog(dialog, home) {
  const focused = home.getRootNode().activeElement;
  openers.set(dialog, focused?.matches("button, a") ? focused : null);
  // the field of a closed dialog keeps the focus until the next frame if no other element had it before
  takeFocus(home);
  dialog.showModal();
}

/** Give the focus back to the button that a dialog was opened from, or else to `home`, unless it has gone on already. */
export function giveBack(dialog, home) {
  const root = home.getRootNode();
  const hasGoneOn = ![null, home, document.body].includes(root.activeElement);
  const opener = openers.get(dialog);
  if (!hasGoneOn) takeFocus((opener && (opener.isConnected ? opener : namedLike(opener, root))) || home);
}

/** Close a dialog in which something was chosen; what comes next has the focus if it was opened from a button, else `home`. */
export function closeTowards(dialog, next, home) {
  const isFromButton = Boolean(openers.get(dialog));
  openers.delete(dialog);
  dialog.close();
  takeFocus(isFromButton ? next : home);
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
