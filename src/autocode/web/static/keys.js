// Which keys decide: never one that is held down, composes a character, carries a modifier, or is typed into a field.

const SWITCH = "autocode:single-keys";

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
      // a browser that keeps nothing forgets the switch; it stays as it is until the page is closed
    }
  },
};

const TYPED = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

/** Call `act(key)` for every key that was meant as a decision; it returns whether the key did something. */
export function listen(act) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (document.querySelector("dialog[open]") || event.target.matches?.(TYPED)) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "z") {
      if (!event.repeat && act("u")) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const symbol = event.key === "?" || event.key === "/";
    if (event.shiftKey && !symbol) return;
    const single = event.key.length === 1;
    if (single && !singleKeys.on) return;
    // a button that has the focus is pressed by Enter and Space itself
    if ((event.key === "Enter" || event.key === " ") && event.target.closest?.("button, a, summary, label, input")) return;
    const key = single ? event.key.toLowerCase() : event.key;
    const moves = key === "j" || key === "k" || key === "ArrowDown" || key === "ArrowUp";
    if (event.repeat && !moves) {
      if (single || key === "Enter") event.preventDefault();
      return;
    }
    if (act(key)) event.preventDefault();
  });
}
