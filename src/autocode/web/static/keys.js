// Which key presses count: none that repeats because the key is held down, composes a character, carries a modifier, or
// is typed into a field. A key is named by its character; where the layout has another script on the letters, or no digit
// without Shift, by its position.

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
  (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && keyOf(event) === "z";
const isRedo = (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const { key, code } = event;
  return event.shiftKey ? keyOf({ key, code }) === "z" : keyOf(event) === "y";
};
const DIGIT_KEY = /^(?:Digit|Numpad)(\d)$/;
const LETTER_KEY = /^Key([A-Z])$/;
const isOfAnotherScript = (character) => /\p{L}/u.test(character) && !/\p{Script=Latin}/u.test(character);

/**
 * Return the name of a pressed key: a lower-case letter, a digit, a symbol or a name such as Enter; null for one with Shift
 * that names nothing by itself.
 *
 * On AZERTY, Shift+& is 1, and so is & without Shift; on a Cyrillic, Greek, Arabic or Hebrew layout, the key where Latin
 * ones have N is n.
 *
 * @param {{key: string, code?: string, shiftKey?: boolean}} event
 */
export function keyOf({ key, code = "", shiftKey = false }) {
  if (key.length !== 1) return shiftKey ? null : key;
  if (/[0-9?/]/.test(key)) return key;
  if (key === "؟") return "?";
  if (shiftKey) return null;
  if (/[a-z]/i.test(key)) return key.toLowerCase();
  const digit = code.match(DIGIT_KEY);
  if (digit) return digit[1];
  const letter = code.match(LETTER_KEY);
  return letter && isOfAnotherScript(key) ? letter[1].toLowerCase() : key;
}

/**
 * Call `act(key, time)` for every key press that counts; it returns whether the key did something.
 *
 * `root` is what is listened to: the document, or the element of a page within another document. `always` are single
 * keys that act even where single keys are turned off. Returns a function that stops listening.
 */
export function listen(act, { root = document, always = [] } = {}) {
  const onKeyDown = (event) => {
    if (isComposed(event) || root.querySelector("dialog[open]") || event.target.matches?.(TYPED)) return;
    if (isUndo(event)) {
      if (!event.repeat && act("u", event.timeStamp)) event.preventDefault();
      return;
    }
    if (isRedo(event)) {
      if (!event.repeat && act("redo", event.timeStamp)) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isPress = event.key === "Enter" || event.key === " ";
    if (isPress && event.target.closest?.("button, a, summary, label, input")) {
      // a button that has the focus is pressed by Enter and Space itself, once
      if (event.repeat) event.preventDefault();
      return;
    }
    const key = keyOf(event);
    if (key === null) return;
    const isSingle = key.length === 1;
    if (isSingle && !singleKeys.on && !always.includes(key)) return;
    if (event.repeat && !MOVES.has(key)) {
      if (isSingle || key === "Enter") event.preventDefault();
      return;
    }
    if (act(key, event.timeStamp)) event.preventDefault();
  };
  root.addEventListener("keydown", onKeyDown);
  return () => root.removeEventListener("keydown", onKeyDown);
}
