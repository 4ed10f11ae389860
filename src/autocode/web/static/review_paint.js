// How the review page looks: the interview on the left, the decision on the right.

import { beginsTurn, byId, chip, el, onClick, repaint, speakerLabel, takeFocus } from "./dom.js";
import { singleKeys } from "./keys.js";
import { fitCards, moreButton, offerPart } from "./review_cards.js";
import { footText, hint, paintSaved } from "./review_messages.js";
import { codeOf, currentLine, isOfferAwaited, isSecondLook, keepChoice, memoOf, newName, offerShown, state } from "./review_state.js";

const MOST_TICKS = 90; // more than these cannot be distinguished
const MOST_DRAFTS = 8; // lines with a draft that are listed

export const main = byId("reading");

// ---------------------------------------------------------------- the interview

const elements = new Map(); // line id -> { article, words, kept, draft }

export function paintInterview(interview) {
  elements.clear();
  const sections = [];
  let before = null;
  for (const line of interview.lines) {
    if (line.asks || !sections.length) sections.push(el("section", { class: "exchange" }));
    if (beginsTurn(line, before)) sections.at(-1).append(speakerLabel(line, interview.several));
    sections.at(-1).append(line.asks ? el("p", { class: "question", dir: "auto" }, line.text) : lineElement(line));
    before = line;
  }
  byId("lines").replaceChildren(...sections);
  byId("name").textContent = interview.id;
  byId("about").textContent = interview.about;
  paintTicks();
}

function lineElement(line) {
  const words = el("p", { class: "words", dir: "auto" }, line.text);
  const label = `Go to line ${line.order}`;
  // a line that is not to be decided here is context: nothing about it can be pressed
  const isContext = !state.positions.has(line.id);
  const order = isContext
    ? el("span", { class: "order" }, `${line.order}`)
    : el("button", { class: "order", type: "button", tabindex: "-1", "aria-label": label }, `${line.order}`);
  const article = el("article", { class: isContext ? "line context" : "line" }, order, words);
  article.dataset.line = line.id;
  elements.set(line.id, { article, words, kept: null, draft: null });
  if (line.kept || line.later) paintKept(line);
  paintDraft(line.id);
  return article;
}

/** Paint what was decided on a line, below its words. */
export function paintKept(line) {
  const painted = elements.get(line.id);
  if (!painted) return;
  painted.kept?.remove();
  painted.kept = null;
  if (!line.kept && !line.later) return;
  painted.kept = el("div", { class: "kept" }, line.kept ? decided(line) : remark("left for later"));
  painted.article.append(painted.kept);
}

/** Say of a line that is not the current one that something on it is not stored. */
export function paintDraft(id) {
  const painted = elements.get(id);
  if (!painted) return;
  painted.draft?.remove();
  painted.draft = null;
  if (id === state.current || !state.drafts.ids().includes(id)) return;
  const { codes, proposed } = state.drafts.choice(id) ?? { codes: [], proposed: [] };
  const names = [...codes.map((code) => codeOf(code).name), ...proposed.map(newName)];
  const parts = [...names, state.drafts.memo(id) !== undefined && "memo"].filter(Boolean);
  painted.draft = el("p", { class: "draft", dir: "auto" }, `not stored yet: ${parts.join(", ") || "no code"}`);
  painted.article.append(painted.draft);
}

const remark = (text, more = "") => el("span", { class: `none-fits${more}` }, text);

function decided({ kept: { codes, ended = [], proposed, memo }, again }) {
  return [
    ...codes.map((id) => chip(codeOf(id))),
    ...ended.map(({ name, became }) => el("span", { class: "chip ended", dir: "auto" }, `${name}, ${became}`)),
    ...proposed.map((name) => el("span", { class: "chip proposed", dir: "auto" }, newName(name))),
    !codes.length && !ended.length && !proposed.length && remark("none fits"),
    again && remark("second look", " again"),
    memo && el("p", { class: "said", dir: "auto" }, memo),
  ];
}

/** Paint how far the interview is decided. */
export function paintTicks() {
  const lines = state.interview.lines.filter((line) => !line.asks && state.positions.has(line.id));
  const size = Math.max(1, Math.ceil(lines.length / MOST_TICKS));
  const looks = [];
  for (let start = 0; start < lines.length; start += size) looks.push(tickLook(lines.slice(start, start + size)));
  const box = byId("ticks");
  while (box.children.length > looks.length) box.lastChild.remove();
  while (box.children.length < looks.length) box.append(document.createElement("i"));
  looks.forEach((look, index) => {
    if (box.children[index].className !== look) box.children[index].className = look;
  });
  const done = lines.filter((line) => line.kept).length;
  byId("count").textContent = `${done} of ${lines.length}`;
  box.setAttribute("aria-valuenow", done);
  box.setAttribute("aria-valuemax", lines.length || 1);
  box.setAttribute("aria-valuetext", `${done} of ${lines.length} lines decided`);
}

function tickLook(lines) {
  const here = lines.some((line) => line.id === state.current) ? " here" : "";
  if (lines.every((line) => line.kept && !line.again)) return `done${here}`;
  if (lines.some((line) => line.later || line.again)) return `later${here}`;
  return `${lines.some((line) => line.kept) ? "some" : ""}${here}`;
}

/** Paint the words of a line; on the current one, the words that suggestions rest on are marked. */
export function paintWords(id) {
  const painted = elements.get(id);
  const line = state.lines.get(id);
  if (!painted || !line) return;
  const offer = id === state.current ? offerShown() : null;
  if (!offer?.cards.length) {
    if (painted.words.firstElementChild) painted.words.replaceChildren(line.text);
    return;
  }
  painted.words.replaceChildren(
    ...offer.stretches.map(([text, number]) =>
      number ? el("mark", { class: `hue-${codeOf(offer.cards[number - 1].code).hue}` }, text) : text,
    ),
  );
}

/** Move the white sheet from the line before to the current one. */
export function paintCurrent(before) {
  const left = elements.get(before);
  if (left && before !== state.current) {
    left.article.classList.remove("now");
    left.article.removeAttribute("aria-current");
    paintWords(before);
  }
  const entered = elements.get(state.current);
  if (entered) {
    entered.article.classList.add("now");
    entered.article.setAttribute("aria-current", "true");
    paintWords(state.current);
  }
}

/** The element of a line of the interview on the screen; undefined if it is not there. */
export const articleOf = (id) => elements.get(id)?.article;

// ---------------------------------------------------------------- the decision

/** What a click on the right does: press(key, time), show(line) and readOthers(). */
export const actions = {};

/** Have the page say what it is doing; nothing on the screen depends on it. */
export function paintPhase() {
  byId("side").dataset.phase = state.phase.name;
}

/** Paint what there is to decide on the current line; the button that has the focus keeps it. */
export function paintSide() {
  const line = currentLine();
  const parts = line
    ? [heading(line), invitation(line), offerPart(pressing), moreButton(pressing), chosenPart(), memoPart(line), footPart(line)]
    : state.phase.name === "fetching"
      ? [fetchingPart()]
      : [finishedPart()];
  paintPhase();
  repaint(byId("side"), parts.flat().filter(Boolean), main);
  fitCards();
}

const pressing = (key) => onClick((event) => actions.press(key, event.timeStamp), main);

function button(key, label, more = {}) {
  const kbd = singleKeys.on ? el("kbd", {}, key.toUpperCase()) : null;
  const given = { class: "button", type: "button", "data-act": key, onclick: pressing(key), ...more };
  return el("button", given, kbd, el("span", {}, label));
}

function heading(line) {
  const texts = {
    "second look": offerShown()?.cards.length ? "Suggestions that differ" : "Your coding",
    blind: line.withheld ? "Your own coding first" : "Your coding",
  };
  const text = texts[line.stage] ?? "Suggested codes";
  return el("div", { class: "title" }, el("h2", {}, text), el("span", {}, `line ${line.order}`));
}

const WHY_BLIND = {
  unsuggested: "No suggestions have been made for this line. Press F to find a code.",
  independent: "This study is coded independently, without suggestions. Press F to find a code.",
  "blind-first":
    "Code this line on your own first. Suggestions appear after you have decided, and only if they differ from your codes.",
  assisted:
    "No suggestions for this line. Some lines, drawn at random, are coded without them, because what is measured on them needs independent codings.",
};

function invitation(line) {
  const waiting = isOfferAwaited() && el("p", { class: "own" }, "Fetching the suggestions for this line.");
  if (isSecondLook()) {
    const next = offerShown()?.cards.length
      ? "Accept what convinces you, or keep yours as it is."
      : "Nothing else is suggested for this line.";
    return [el("p", { class: "aside-note" }, `Your coding is stored. ${next}`), waiting];
  }
  const isUnsuggested = state.mode !== "independent" && !line.withheld;
  const why = isUnsuggested ? `${WHY_BLIND.unsuggested} ${state.remark}` : WHY_BLIND[state.mode];
  return [corrected(line), line.stage === "blind" && el("p", { class: "own" }, why), waiting];
}

/** What the coder gave before a correction of the transcript to what stood in the place of this line. */
function corrected({ corrected: names, kept }) {
  if (!names || kept) return null;
  const gave = names.length ? names.join(", ") : "no code";
  return el("p", { class: "aside-note", dir: "auto" }, `You gave this before the line was corrected: ${gave}.`);
}

/** Codes that are chosen and not among the suggestions, each with a way to drop it. */
function chosenPart() {
  const suggested = new Set((offerShown()?.cards ?? []).map((card) => card.code));
  const others = [...state.chosen].filter((id) => !suggested.has(id)).map(codeOf);
  if (!others.length && !state.proposed.size) return [];
  const dropper = (name, look, drop) => {
    const act = () => {
      drop();
      keepChoice();
      paintSide();
      paintSaved();
      takeFocus(main);
    };
    const cross = el("span", { "aria-hidden": "true" }, "×");
    return el("button", { class: look, type: "button", "aria-label": `Drop ${name}`, onclick: act }, name, cross);
  };
  return [
    el(
      "div",
      { class: "picked", "aria-label": "Chosen codes", role: "group" },
      others.map(({ id, name, hue }) => dropper(name, `chip hue-${hue}`, () => state.chosen.delete(id))),
      [...state.proposed].map((name) =>
        dropper(newName(name), "chip proposed", () => state.proposed.delete(name)),
      ),
    ),
  ];
}

function memoPart(line) {
  const memo = memoOf(line);
  if (!memo && !state.isMemoOpen) return null;
  const field = el("textarea", {
    id: "memo",
    rows: "3",
    maxlength: "20000",
    dir: "auto",
    placeholder: "Your thoughts on this line",
    ".value": memo,
    oninput: () => {
      state.drafts.keepMemo(line.id, field.value, line.kept);
      paintSaved();
    },
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
        event.preventDefault();
        event.stopPropagation();
        takeFocus(main);
        if (line.kept && state.drafts.memo(line.id) !== undefined) hint("Press Enter to store the memo with your coding.");
      }
    },
  });
  return el("label", { class: "memo" }, el("span", {}, "Memo ", el("small", {}, "stored with your decision")), field);
}

const isNoneKept = ({ kept }) => Boolean(kept) && (isSecondLook() || (!kept.codes.length && !kept.proposed.length));

/** What the Enter key keeps. */
function keepLabel() {
  const names = [...[...state.chosen].map((id) => codeOf(id).name), ...[...state.proposed].map((name) => `“${name}”`)];
  if (names.length) return `Keep ${names.join(", ")}`;
  if (isNoneKept(currentLine())) return isSecondLook() ? "Keep my coding: none fits" : "Keep: none fits";
  return "Choose a code first";
}

function footPart(line) {
  const isReady = state.chosen.size || state.proposed.size || isNoneKept(line);
  const keep = { class: "button main", id: "keep", type: "button", "aria-disabled": `${!isReady}`, "data-act": "Enter" };
  return el(
    "div",
    { class: "foot" },
    noteElement(),
    el("button", { ...keep, onclick: pressing("Enter") }, el("span", {}, keepLabel()), el("kbd", {}, "Enter")),
    el(
      "div",
      { class: "actions" },
      button("n", isSecondLook() ? "Keep mine" : "None fits"),
      button("f", "Find a code"),
      button("m", memoOf(line) ? "Edit memo" : "Memo"),
      button("s", "Later", { "aria-label": "Leave for later" }),
      undoButton(),
      el(
        "div",
        { class: "pair" },
        button("j", "↓", { "aria-label": "Next line" }),
        button("k", "↑", { "aria-label": "Back to the line before" }),
      ),
    ),
  );
}

const undoButton = () => button("u", "Undo", { ".disabled": !state.acts.length });
const noteElement = () => el("p", { class: "quiet", id: "quiet" }, footText());

/** What stands on the right while no line is on the screen. */
function fetchingPart() {
  return [
    el("div", { class: "title" }, el("h2", {}, "Fetching the next line")),
    el("p", { class: "own" }, "Keys decide nothing until it is here."),
    el("div", { class: "foot" }, noteElement(), el("div", { class: "actions" }, undoButton(), button("k", "↑", { "aria-label": "Back to the line before" }))),
  ];
}

/** That there is nothing left to decide, of the sample or of all lines. */
function allDecided() {
  const n = state.route.length;
  if (!state.sample) return state.others ? "Every line with suggestions is decided" : "Every line is decided";
  return n === 1 ? `The line of ${state.sample} is decided` : `All ${n} lines of ${state.sample} are decided`;
}

const othersButton = () => {
  const label = state.others === 1 ? "Read the other line" : `Read the other ${state.others} lines`;
  return el("button", { class: "button main", type: "button", id: "others", onclick: onClick(() => actions.readOthers(), main) }, label);
};

/** What stands on the right when every line is decided: whether all is stored, and where something is not. */
function finishedPart() {
  const drafts = state.drafts.ids().filter((id) => state.positions.has(id));
  const stored = state.outbox.count
    ? "What you decided last is still being stored; leave this page open."
    : "Everything is stored; you may close this page. Choose a line to change its codes.";
  const left = `What you chose or wrote on ${drafts.length === 1 ? "one line" : `${drafts.length} lines`} is not stored: go there and keep or drop it.`;
  return [
    el("div", { class: "title" }, el("h2", {}, allDecided())),
    el("p", { class: "own" }, drafts.length ? left : stored),
    state.others > 0 && othersButton(),
    drafts.slice(0, MOST_DRAFTS).map((id) =>
      el("button", { class: "button", type: "button", onclick: onClick(() => actions.show(id), main) }, `Go to ${id}`),
    ),
    el("div", { class: "actions" }, undoButton(), button("i", "Interviews")),
    noteElement(),
  ].flat();
}

/** A line in words, with what is suggested for it. */
export function described(line) {
  if (!line) return `${allDecided()}.`;
  const offer = offerShown();
  const cards = offer?.cards.map((card, index) => `${index + 1}: ${codeOf(card.code).name}, ${card.band}`).join("; ");
  const suggested = offer ? (cards ? ` Suggested: ${cards}.` : " No suggestion.") : "";
  const speaker = state.interview?.several ? `, ${line.speaker}` : "";
  return `Line ${line.order}${speaker}. ${line.text.slice(0, 400)}${suggested}`;
}
