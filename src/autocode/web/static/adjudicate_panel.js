// The panel of the adjudication page that settles the current line. What a click does is handed in as `actions`, which has
// a function for each key.

import { chip, el, takeFocus } from "./dom.js";
import { chips, keyOfReading, majority } from "./adjudicate_rows.js";
import { currentLine, reasonOf, together } from "./adjudicate_state.js";

const TOO_SOON = 500; // milliseconds from a click that settles a line to one that is meant for the next

export const newPanel = () => el("section", { class: "panel", "aria-label": "Settle the line" });

export function paintPanel(panel, state, actions) {
  const line = currentLine(state);
  if (panel.dataset.line !== `${state.current}`) panel.scrollTop = 0;
  panel.dataset.line = `${state.current}`;
  const pressed = panel.contains(panel.getRootNode().activeElement) ? panel.getRootNode().activeElement.dataset.key : null;
  if (!line) panel.replaceChildren(...finishedParts(state, actions));
  else if (line.readings) panel.replaceChildren(...parts(state, line, actions));
  else panel.replaceChildren(message(null, `Fetching line ${line.order} of ${line.interview}.`));
  const again = pressed && [...panel.querySelectorAll("button")].find(({ dataset }) => dataset.key === pressed);
  if (again) takeFocus(again);
}

const message = (title, text) => el("div", { class: "over" }, title && el("h2", {}, title), el("p", {}, text));

function finishedParts({ lines }, actions) {
  const over = lines.length
    ? message("All settled", "Every line on which coders differ is settled. Everything is stored; you may close this page.")
    : message(
        "Nothing to settle",
        "No independent codings of the same line differ so far. Lines on which they differ will be listed here.",
      );
  return [over, el("div", { class: "moves" }, choice("u", "Undo", actions))];
}

/** A button that does what its key does, with the codes that it comes to. */
function choice(key, title, actions, codes = null) {
  return button(key, () => actions[key](), actions.leave, title, codes);
}

const DECIDING = "1234567890bn";
const NEAR = 24; // pixels within which the second click of a double click falls
let settling = { time: -Infinity, x: 0, y: 0 }; // the last click that settled a line

/** Whether a click comes so soon after one that settled a line that it is not meant for the next: it would settle that
 * line, too, or falls where the button was that the next line has moved away. */
function isTooSoon({ detail, timeStamp, clientX, clientY }, decides) {
  if (decides && detail > 1) return true;
  const isNear = Math.hypot(clientX - settling.x, clientY - settling.y) < NEAR;
  return timeStamp - settling.time < TOO_SOON && (decides || isNear);
}

function button(key, act, leave, title, codes = null) {
  const decides = !key || DECIDING.includes(key);
  const onclick = (event) => {
    const isByPointer = event.detail > 0;
    if (isByPointer && isTooSoon(event, decides)) return;
    if (decides && isByPointer) settling = { time: event.timeStamp, x: event.clientX, y: event.clientY };
    act();
    if (isByPointer) leave(); // pressed by Enter or Space, it keeps the focus
  };
  return el(
    "button",
    { class: "button choice", type: "button", "data-key": key, onclick },
    el("kbd", { "aria-hidden": "true" }, key.toUpperCase()),
    el(
      "span",
      { class: "what" },
      el("span", { class: "title" }, title),
      codes && el("span", { class: "chips" }, codes),
    ),
  );
}

function parts(state, line, actions) {
  const both = together(line, state);
  const readings = line.readings.map(({ by, codes, none, most }, index) => {
    const given = chips(state, codes, { contested: line.contested, none });
    return button(keyOfReading(index), () => actions.choose(index), actions.leave, [by, majority(most)], given);
  });
  const defined = line.contested.map((id) => state.codes[id]).filter(Boolean);
  return [
    el("h2", {}, "Which coding stands?", el("small", {}, `${line.interview}, line ${line.order}`)),
    el(
      "div",
      { class: "choices" },
      readings,
      both && choice("b", "Both together", actions, chips(state, both.codes)),
    ),
    el(
      "div",
      { class: "moves" },
      choice("n", "Neither", actions),
      choice("o", "Other codes", actions),
      choice("u", "Undo", actions),
      choice("j", "Next line", actions),
      choice("k", "Line before", actions),
    ),
    el("label", { class: "reason", for: "reason" }, el("kbd", { "aria-hidden": "true" }, "M"), "Reason"),
    reasonField(state, line, actions),
    defined.length ? definitions(defined) : "",
  ];
}

function reasonField(state, line, actions) {
  const reason = el("textarea", { id: "reason", rows: "2", maxlength: "4000", ".value": reasonOf(state, line) });
  reason.addEventListener("input", () => {
    state.reasons.delete(line.id);
    if (reason.value.trim() !== reasonOf(state, line)) state.reasons.set(line.id, reason.value);
    actions.written();
  });
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault(); // as in a memo: Enter leaves the field, Shift+Enter begins a line
    actions.leave();
  });
  return reason;
}

/** Return codes with their definitions. */
export function definitions(codes) {
  return el("dl", { class: "definitions" }, codes.flatMap((code) => [el("dt", {}, chip(code)), el("dd", {}, definition(code))]));
}

function definition({ definition: text, use_when: useWhen, not_when: notWhen }) {
  const soft = (label, words) => words && el("p", { class: "soft" }, el("b", {}, `${label} `), words);
  return [
    text ? el("p", {}, text) : el("p", { class: "soft" }, "The codebook does not define it yet."),
    soft("Use when", useWhen),
    soft("Not when", notWhen),
  ];
}
