// The keys of the review page. Everything they do, a form on the page does without them.

const decide = document.querySelector("#decide");
const undo = document.querySelector("#undo");
const press = (selector) => document.querySelector(selector)?.click();

const keys = {
  Enter: () => press("button.keep"),
  n: () => press("button[value=none]"),
  s: () => press("button[value=later]"),
  u: () => press("button.undo"),
  m: () => document.querySelector("textarea")?.focus(),
  f: () => {
    const others = document.querySelector("details.others");
    if (!others) return;
    others.open = true;
    others.querySelector("input")?.focus();
  },
};

const inField = (target) =>
  target.matches?.("textarea, select, button, summary, a, input:not([type=checkbox])") ?? false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return document.activeElement?.blur();
  // a key held down never decides, and a key with a modifier is the browser's
  if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (inField(event.target)) return;
  const card = decide?.querySelector(`input[data-key="${CSS.escape(event.key)}"]`);
  const act = card ? () => card.click() : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// one form, one decision: what is pressed after it was sent is not about the line that is still on the screen
for (const form of [decide, undo]) {
  form?.addEventListener("submit", (event) => {
    if (document.body.classList.contains("sent")) event.preventDefault();
    document.body.classList.add("sent");
  });
}
window.addEventListener("pageshow", () => document.body.classList.remove("sent"));

const keep = decide?.querySelector("button.keep");
const tell = () => {
  const chosen = [...decide.querySelectorAll("input:checked")].map((input) => input.dataset.name);
  keep.classList.toggle("empty", chosen.length === 0);
  keep.querySelector("span").textContent = chosen.length ? `Keep ${chosen.join(", ")}` : "Choose a code first";
};
if (keep) {
  decide.addEventListener("change", tell);
  tell();
}
