// What a key does on the review page. A key decides only on a line that is in full view, with all that may be shown for it.

import { byId } from "./dom.js";
import { bringCard, toggleCards } from "./review_cards.js";
import { decision } from "./review_decisions.js";
import { openHelp, openInterviews, openPalette } from "./review_dialogs.js";
import { show } from "./review_going.js";
import { announce, hint, paintSaved } from "./review_messages.js";
import { described, paintKept, paintPhase, paintSide, paintTicks } from "./review_paint.js";
import { isAnswer } from "./review_phase.js";
import { isInView, scrollToLine } from "./review_place.js";
import { lineAfter, neighbour } from "./review_queue.js";
import { applyAct, codeOf, currentLine, happen, isSecondLook, memoOf, offerShown, revertAct, state, toggle } from "./review_state.js";

const REVEAL = 150; // milliseconds that a line waits, after a blind reading, for what the suggester says of it

/** Whether a key of a time is an answer to the line on the screen; if it is not, the page says why where that helps. */
function isAnswerTo(at) {
  if (state.phase.name === "fetching") {
    hint("The line is still being fetched: press the key again when it is here.");
    return false;
  }
  if (!isAnswer(state.phase, at)) return false;
  if (isInView()) return true;
  scrollToLine();
  hint(`Line ${currentLine().order} was out of view: press the key again to decide it.`);
  return false;
}

/** Choose a suggestion, or drop it if it is chosen. */
function choose(index) {
  const card = offerShown()?.cards[index];
  if (!card) return;
  if (bringCard(index)) {
    hint(`Suggestion ${index + 1} was out of view: press the key again to choose it.`);
    return;
  }
  const isChosen = toggle(state.chosen, card.code);
  state.hint = "";
  paintSide();
  paintSaved();
  announce(`${codeOf(card.code).name} ${isChosen ? "chosen" : "dropped"}.`);
}

function decide(key, { isAgain = false } = {}) {
  const line = currentLine();
  if (key === "first" && bringCard(0)) {
    hint("The first suggestion was out of view: press the key again to accept it.");
    return;
  }
  const { refused, ...decided } = decision(key, {
    own: isSecondLook() ? (line.kept ?? null) : null,
    kept: line.kept ?? null,
    chosen: [...state.chosen],
    proposed: [...state.proposed],
    offer: offerShown(),
    nameOf: (id) => codeOf(id).name,
  });
  if (refused) {
    hint(refused);
    return;
  }
  if (!isAgain) state.undone = [];
  const act = {
    gesture: crypto.randomUUID(),
    coder: state.coder,
    version: state.version,
    line: line.id,
    ...decided,
    memo: decided.kind === "later" ? "" : memoOf(line),
    batch: offerShown()?.batch ?? null,
    seen: [...state.seen],
    milliseconds: Math.round(performance.now() - state.phase.since),
  };
  state.acts.push({ name: act.gesture, line: line.id, kept: line.kept, later: line.later, again: line.again });
  applyAct(act);
  paintKept(line);
  state.outbox.put(act);
  if (act.kind !== "later") state.drafts.drop(line.id); // only now, when it is kept as an act
  const next = lineAfter(state, line.id);
  if (state.mode === "blind-first" && line.stage === "blind" && act.kind !== "later") hold(next);
  else show(next);
}

/** Stay on a line that was decided blind until the server says whether suggestions differ, but not for long. */
function hold(next) {
  happen("hold", { next });
  const { phase } = state;
  paintPhase();
  paintTicks();
  setTimeout(() => state.phase === phase && show(next), REVEAL);
}

/** Make a code of this name at once: the codebook has it before the line is decided. */
export function make(name) {
  state.outbox.put({ gesture: crypto.randomUUID(), coder: state.coder, kind: "code", line: state.current, name });
}

function undo() {
  const last = state.acts.pop();
  if (!last) {
    hint("There is nothing to undo.");
    return;
  }
  const kept = state.lines.get(last.line)?.kept;
  if (kept) state.undone.push({ line: last.line, codes: kept.codes, proposed: kept.proposed });
  const line = revertAct(last);
  if (line) paintKept(line);
  state.outbox.put({ gesture: crypto.randomUUID(), coder: state.coder, kind: "undo", line: last.line, act: last.name });
  show(last.line, { announced: false }).then(
    (isShown) => isShown && announce(`Undone. ${described(state.lines.get(last.line))}`),
  );
}

/** Make the judgement that was undone last once more; if its line is not on the screen, go there first. */
function redo(at) {
  const last = state.undone.at(-1);
  if (!last) {
    hint("There is nothing to redo.");
  } else if (state.current !== last.line) {
    show(last.line);
  } else if (isAnswerTo(at)) {
    state.undone.pop();
    state.chosen = new Set(last.codes);
    state.proposed = new Set(last.proposed);
    decide(last.codes.length || last.proposed.length || isSecondLook() ? "keep" : "none", { isAgain: true });
  }
}

function openMemo() {
  state.isMemoOpen = true;
  paintSide();
  const field = byId("memo");
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

const find = () => openPalette({ make });

const onLine = {
  Enter: () => decide("keep"),
  n: () => decide("none"),
  a: () => decide("first"),
  s: () => decide("later"),
  1: () => choose(0),
  2: () => choose(1),
  3: () => choose(2),
  f: find,
  "/": find,
  m: openMemo,
};
function openCards() {
  toggleCards();
  paintSide();
}

const anywhere = { e: openCards, u: undo, r: redo, redo, i: () => openInterviews({ show }), "?": openHelp };

/** Do what a key says that was pressed at a time; returns whether it did something. */
export function press(key, at = performance.now()) {
  if (Object.hasOwn(onLine, key)) {
    if (state.phase.name !== "done" && isAnswerTo(at)) onLine[key]();
  } else if (Object.hasOwn(anywhere, key)) anywhere[key](at);
  else return move(key);
  return true;
}

function move(key) {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  if (!step) return false;
  const id = neighbour(state, state.phase.line, step);
  if (id !== undefined) show(id);
  return true;
}
