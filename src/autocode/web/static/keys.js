// Which key presses count: none that repeats because the key is held down, composes a character, carries a modifier, or
// is typed into a field.

const SWITCH = "autocode:single-keys";
const TYPED = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const MOVES = new Set(["j", "k", "ArrowDown", "ArrowUp"]);

/** Whether single letters and digits act; the browser remembers it. */
export const singleKeys = {
  get on() {
    try {
      return localStorage.getItem(SWITCH) !== "off";
    } catch {
      return true;
    }
  },
  set on(value) {
    try {
      localStorage.setItem(SWITCH, value ? "on" : "off");
    } catch {
      // without storage the switch stays as it was
    }
  },
};

const isComposed = (event) => event.isComposing || event.keyCode === 229;
const isUndo = (event) =>
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "z";

/**
 * Call `act(key)` for every key press that counts; it returns whether the key did something.
 *
 * `root` is what is listened to: the document, or the element of a page within another document. `always` are single
 * keys that act even where single keys are turned off. Returns a function that stops listening.
 */
export function listen(act, { root = document, always = [] } = {}) {
  const onKeyDown = (event) => {
    if (isComposed(event) || root.querySelector("dialog[open]") || event.target.matches?.(TYPED)) return;
    if (isUndo(event)) {
      if (!event.repeat && act("u")) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isSymbol = event.key === "?" || event.key === "/";
    if (event.shiftKey && !isSymbol) return;
    const isSingle = event.key.length === 1;
    const key = isSingle ? event.key.toLowerCase() : event.key;
    if (isSingle && !singleKeys.on && !always.includes(key)) return;
    // a button that has the focus is pressed by Enter and Space itself
    if ((key === "Enter" || key === " ") && event.target.closest?.("button, a, summary, label, input")) return;
    if (event.repeat && !MOVES.has(key)) {
      if (isSingle || key === "Enter") event.preventDefault();
      return;
    }
    if (act(key)) event.preventDefault();
  };
  root.addEventListener("keydown", onKeyDown);
  return () => root.removeEventListener("keydown", onKeyDown);
}
