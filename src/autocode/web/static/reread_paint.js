// How the page of lines to read again looks: the line on the left, the question on the right, and messages. What a click
// does is handed in as `actions`: press(key), toggle(code) and answer(codes).

import { beginsTurn, byId, chip, el, speakerLabel, takeFocus } from "./dom.js";
import { singleKeys } from "./keys.js";

const CODE_KEYS = [..."123456789abcdefghilmopqrtvwxz"]; // without those that do something else

const KEYS = [
  ["Y", "the code applies"],
  ["1 2 3", "this code applies"],
  ["N", "the code does not apply, or none of them does"],
  ["S", "choose several codes; Enter keeps them"],
  ["U", "take the answer on the screen back, or the latest"],
  ["J K", "next question, question before"],
  ["?", "show these keys"],
];

export const main = byId("reading");
export const keysOf = ({ codes }) => CODE_KEYS.slice(0, codes.length);

// ---------------------------------------------------------------- the line

function lineParts(question) {
  const line = el(
    "article",
    { class: "line now", "aria-current": "true" },
    el("span", { class: "order" }, `${question.order}`),
    el("p", { class: "words", dir: "auto" }, question.text),
  );
  line.dataset.line = question.line;
  const utterances = [...question.before, question, ...question.after];
  return utterances.flatMap((part, index) => {
    const label = beginsTurn(part, utterances[index - 1]) ? [speakerLabel(part, question.several)] : [];
    return [...label, part === question ? line : contextElement(part)];
  });
}

const contextElement = ({ text, asks }) =>
  asks
    ? el("p", { class: "question", dir: "auto" }, text)
    : el("article", { class: "line context" }, el("p", { class: "words", dir: "auto" }, text));

// ---------------------------------------------------------------- the question

export function paintQuestion(question, state, actions) {
  if (!question) {
    byId("line").replaceChildren();
    byId("place").textContent = "";
    byId("side").replaceChildren(...finished(state, actions).filter(Boolean));
    document.title = "All read again · autocode";
    return;
  }
  document.title = `${question.interview}, line ${question.order} · autocode`;
  byId("place").replaceChildren(el("b", {}, question.interview), el("span", {}, question.about));
  byId("line").replaceChildren(...lineParts(question));
  main.scrollTop = 0;
  const parts = [
    el("div", { class: "title" }, el("h2", {}, question.corrected ? "Corrected line" : titles[question.kind]), el("span", {}, `line ${question.order}`)),
    el("p", { class: "why", dir: "auto" }, question.why, question.reason && el("span", { class: "reason" }, question.reason), question.on && el("small", {}, question.on)),
    gave(question),
    question.answer && answeredPart(question, state),
    optionsPart(question, state, actions),
    footPart(state, actions),
  ];
  byId("side").replaceChildren(...parts.flat().filter(Boolean));
}

const titles = { one: "Does it apply?", parts: "Which of these applies?", whole: "Which codes apply?" };

function gave({ gave: names, corrected, memo }) {
  const when = corrected ? "You gave this before the line was corrected" : "You gave this line";
  return el(
    "div",
    { class: "gave" },
    el("h3", {}, when),
    el("div", { class: "chips" }, names.length ? names.map((name) => el("span", { class: "chip", dir: "auto" }, name)) : el("span", { class: "none-fits" }, "no code")),
    memo && el("p", { class: "said", dir: "auto" }, memo),
  );
}

function answeredPart({ answer }, { codes }) {
  const names = answer.applied.map((id) => codes.get(id)?.name ?? id);
  return el("p", { class: "own" }, `You answered: ${names.join(", ") || "does not apply"}. Press U to take that back.`);
}

/** Act on a click and leave the focus where keys are listened to; Enter on a button leaves the focus on the button. */
const onClick = (act) => (event) => {
  if (event.detail > 0) takeFocus(main);
  act();
};

function option(key, { name, definition, hue }, act, more = {}) {
  return el(
    "button",
    { class: `card option hue-${hue ?? "none"}`, type: "button", onclick: onClick(act), ...more },
    el("span", { class: "head" }, singleKeys.on && el("kbd", {}, key.toUpperCase()), el("b", { dir: "auto" }, name)),
    definition && el("span", { class: "definition", dir: "auto" }, definition),
  );
}

function optionsPart(question, state, { press, toggle, answer }) {
  const codes = question.codes.map((id) => state.codes.get(id) ?? { id, name: id });
  if (question.kind === "one") {
    const [code] = codes;
    return [
      aboutCode(code),
      option("y", { name: "Applies", hue: code.hue }, () => press("y")),
      option("n", { name: "Does not apply" }, () => press("n")),
    ];
  }
  const keys = keysOf(question);
  const options = codes.map((code, index) =>
    option(keys[index] ?? "", code, () => (state.chosen ? toggle(code.id) : answer([code.id])), {
      "aria-pressed": state.chosen ? `${state.chosen.has(code.id)}` : undefined,
    }),
  );
  const keep = state.chosen && el(
    "button",
    { class: "button main", type: "button", "aria-disabled": `${!state.chosen.size}`, onclick: onClick(() => press("Enter")) },
    el("span", {}, state.chosen.size ? `Keep ${[...state.chosen].map((id) => state.codes.get(id).name).join(", ")}` : "Choose codes first"),
    el("kbd", {}, "Enter"),
  );
  return [...options, option("n", { name: question.kind === "whole" ? "None fits" : "None of them" }, () => press("n")), keep];
}

function aboutCode(code) {
  const texts = [["", code.definition], ["Use when: ", code.use_when], ["Not when: ", code.not_when]];
  return el(
    "div",
    { class: "asked" },
    chip(code),
    texts.filter(([, text]) => text).map(([label, text]) => el("p", { dir: "auto" }, label && el("b", {}, label), text)),
  );
}

function button(key, label, act, more = {}) {
  return el("button", { class: "button", type: "button", onclick: onClick(act), ...more }, singleKeys.on && el("kbd", {}, key), el("span", {}, label));
}

function footPart(state, { press }) {
  const question = state.index === null ? null : state.questions[state.index];
  return el(
    "div",
    { class: "foot" },
    el(
      "div",
      { class: "actions" },
      question && question.codes.length > 1 && button("S", state.chosen ? "Only one" : "Several", () => press("s"), { "aria-pressed": `${Boolean(state.chosen)}` }),
      button("U", "Undo", () => press("u"), { ".disabled": !state.acts.length }),
      el(
        "div",
        { class: "pair" },
        button("J", "↓", () => press("j"), { "aria-label": "Next question" }),
        button("K", "↑", () => press("k"), { "aria-label": "Back to the question before" }),
      ),
    ),
    el("p", { class: "quiet", id: "quiet" }),
  );
}

function finished(state, actions) {
  const isUnstored = state.outbox.count > 0;
  const title = state.left > 0 ? "More lines wait" : state.done ? "Everything is read again" : "Nothing waits";
  const stored = isUnstored ? "Your answers wait in this browser and are stored when autocode runs again." : "Everything is stored; you may close this page.";
  return [
    el("div", { class: "title" }, el("h2", {}, title)),
    el("p", { class: "own" }, stored),
    state.unfound.length && el(
      "div",
      { class: "unfound" },
      el("h3", {}, "Likely still unfound, by the lines drawn at random"),
      state.unfound.map((sentence) => el("p", { dir: "auto" }, sentence)),
    ),
    footPart(state, actions),
  ];
}

// ---------------------------------------------------------------- messages

export function paintCount({ done, left, index }) {
  const total = done + left;
  const waiting = `${left} of ${total} ${left === 1 ? "waits" : "wait"}`;
  byId("count").textContent = !total ? "" : index === null && !left ? `all ${total} answered` : waiting;
}

export function paintKeys() {
  const keycaps = (keys) => keys.split(" ").map((key) => el("kbd", {}, key));
  byId("help-keys").replaceChildren(...KEYS.map(([keys, effect]) => el("div", {}, el("dt", {}, keycaps(keys)), el("dd", {}, effect))));
  byId("letters").checked = singleKeys.on;
}

/** Have a screen reader read a sentence. */
export function announce(text) {
  byId("live").textContent = text;
}

/** A question in words. */
export function describedQuestion(question, { codes }) {
  if (!question) return "Everything is read again.";
  const names = question.codes.map((id) => codes.get(id)?.name ?? id);
  const keys = keysOf(question);
  const asked = question.kind === "one" ? `Y: ${names[0]} applies; N: it does not.` : names.map((name, index) => `${keys[index] ?? ""}: ${name}`).join("; ");
  const speaker = question.several ? `, ${question.speaker}` : "";
  return `Line ${question.order}${speaker}. ${question.text.slice(0, 400)} ${question.why} You gave: ${question.gave.join(", ") || "no code"}. ${asked}`;
}

/** Say why a key did nothing. */
export function say(text) {
  const quiet = byId("quiet");
  if (quiet) quiet.textContent = text;
  announce(text);
}

/** Put up a message that stays until it is closed, perhaps with something to do. */
export function alertOf(text, { label = "", act = null } = {}) {
  const small = { class: "button small", type: "button" };
  const close = () => {
    box.remove();
    takeFocus(main);
  };
  const go = () => {
    close();
    act();
  };
  const box = el(
    "div",
    { class: "alert" },
    el("p", {}, text),
    label && el("button", { ...small, onclick: go }, label),
    el("button", { ...small, onclick: close }, "Close"),
  );
  byId("alerts").append(box);
}

/** Paint whether what was answered is stored. */
export function paintSaved({ pending, trouble }) {
  const answers = pending === 1 ? "1 answer waits" : `${pending} answers wait`;
  const status = trouble && pending ? "trouble" : pending ? "saving" : "saved";
  paintStatus(status, { trouble: `${answers} in this browser: ${trouble}`, saving: "Saving", saved: "Saved" }[status]);
}

export function paintStatus(status, text) {
  const saved = byId("saved");
  if (saved.dataset.state === status && saved.lastElementChild.textContent === text) return;
  saved.dataset.state = status;
  saved.lastElementChild.textContent = text;
}
