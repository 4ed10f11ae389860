// The panel of the adjudication page that settles the current line. What a click does is handed in as `actions`, which has
// a function for each key.

import { chip, el } from "./dom.js";
import { chips } from "./adjudicate_rows.js";
import { comparedPair, currentLine } from "./adjudicate_state.js";

export const newPanel = () => el("section", { class: "panel", "aria-label": "Settle the line" });

export function paintPanel(panel, state, actions) {
  const line = currentLine(state);
  if (panel.dataset.line !== `${state.current}`) panel.scrollTop = 0;
  panel.dataset.line = `${state.current}`;
  if (!line) panel.replaceChildren(...finishedParts(state, actions));
  else if (line.readings) panel.replaceChildren(...parts(state, line, actions));
  else panel.replaceChildren(message(null, `Fetching line ${line.order} of ${line.interview}.`));
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
  return el(
    "button",
    { class: "button choice", type: "button", "data-key": key, onclick: () => actions[key]() },
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
  const { left, right, gives } = comparedPair(state, line);
  const side = (index, codes) => [line.readings[index].by, actions, chips(state, codes, line.contested)];
  const defined = line.contested.map((id) => state.codes[id]).filter(Boolean);
  return [
    el("h2", {}, "Which coding stands?", el("small", {}, `${line.interview}, line ${line.order}`)),
    el(
      "div",
      { class: "choices" },
      choice("1", ...side(left, gives.left)),
      choice("2", ...side(right, gives.right)),
      choice("3", "Both together", actions, chips(state, gives.both)),
    ),
    el(
      "div",
      { class: "moves" },
      choice("n", "Neither", actions),
      choice("o", "Other codes", actions),
      line.pairs.length > 1 ? choice("p", "Other pair", actions) : null,
      choice("u", "Undo", actions),
      choice("j", "Next line", actions),
      choice("k", "Line before", actions),
    ),
    el("label", { class: "reason", for: "reason" }, el("kbd", { "aria-hidden": "true" }, "M"), "Reason"),
    reasonField(state, line),
    defined.length ? definitions(defined) : "",
  ];
}

function reasonField({ reasons }, line) {
  const reason = el("textarea", { id: "reason", rows: "2", maxlength: "4000", ".value": reasons.get(line.id) ?? "" });
  reason.addEventListener("input", () => reasons.set(line.id, reason.value));
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
