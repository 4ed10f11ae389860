// The review page: what a key does, what happens when it is stored, and the beginning. The page paints the next line at
// once and leaves saving to the outbox; what a decision means, and what may be shown for a line, only the server decides.

import { byId, takeFocus } from "./dom.js";
import { listen } from "./keys.js";
import { Outbox } from "./outbox.js";
import { followCodebook } from "./review_codebook.js";
import { openHelp, openInterviews, openPalette, prepareDialogs } from "./review_dialogs.js";
import {
  alertOf,
  announce,
  described,
  hint,
  keepLabel,
  main,
  note,
  onClick,
  paintCurrent,
  paintInterview,
  paintKept,
  paintSaved,
  paintSide,
  paintStatus,
  paintTicks,
  paintWords,
  scrollToLine,
} from "./review_paint.js";
import { ask, awaitOffer, interviewOf, listenToVersions, notice, prefetch } from "./review_server.js";
import {
  applyAct,
  codeOf,
  currentLine,
  isOfferAwaited,
  isSecondLook,
  isUnstored,
  keepDraft,
  lineAfter,
  neighbour,
  offerShown,
  revertAct,
  state,
  takeLine,
  takeState,
} from "./review_state.js";

const REVEAL = 150; // milliseconds that a line waits, after a blind reading, for what the suggester says of it
const TOO_SOON = 300; // a key pressed sooner after suggestions appeared was not an answer to them
const RETRY = 1000; // milliseconds before the page asks again where it begins

const HURRIED = "You passed the latest lines faster than they can be read. This is recorded once; take the time you need.";

const NO_DECISION = new Set(["undo", "code"]); // acts that decide nothing on a line
const actions = { press, choose, show, make };
let channel = null; // to other tabs of this coder

// ---------------------------------------------------------------- going to a line

/** Make a line the current one; null when every line is decided. */
async function show(id, { announced = true } = {}) {
  const before = state.current;
  state.awaitedReveal = null;
  if (id === null || id === undefined) {
    state.current = null;
  } else {
    const interview = state.loaded.get(state.interviewIds.get(id)) ?? (await interviewOf(id));
    state.current = id;
    if (state.interview !== interview) {
      state.interview = interview;
      paintInterview(interview);
    }
  }
  const line = currentLine();
  state.chosen = new Set(line?.kept?.codes ?? []);
  state.proposed = new Set(line?.kept?.proposed ?? []);
  if (line && !state.drafts.has(line.id) && line.kept?.memo) state.drafts.set(line.id, line.kept.memo);
  state.shownAt = performance.now();
  paintCurrent(before);
  document.title = line ? `${line.interview}, line ${line.order} · autocode` : "All decided · autocode";
  paintTicks();
  paintSide(actions);
  scrollToLine();
  if (announced) announce(described(line));
  prefetch();
  if (isOfferAwaited()) showOffer(state.current);
}

/** Paint the suggestions of the current line when they arrive, and do what was pressed meanwhile. */
async function showOffer(id) {
  if (!(await awaitOffer(id))) return;
  paintWords(id);
  paintSide(actions);
  state.shownAt = performance.now();
  for (const key of state.queuedKeys.splice(0)) press(key);
}

// ---------------------------------------------------------------- deciding

/** Choose a suggestion, or drop it if it is chosen. */
function choose(index) {
  const card = offerShown()?.cards[index];
  if (!card) return false;
  if (!state.chosen.delete(card.code)) state.chosen.add(card.code);
  state.note = "";
  paintSide(actions);
  announce(`${codeOf(card.code).name} ${state.chosen.has(card.code) ? "chosen" : "dropped"}.`);
  return true;
}

const none = () => ({ kind: "none", codes: [], proposed: [] });

/** What a key decides on the current line, as { kind, codes, proposed }; or as { refused }, why it decides nothing. */
const decisions = {
  keep(line, own) {
    const [codes, proposed] = [[...state.chosen], [...state.proposed]];
    if (codes.length || proposed.length) return { kind: "keep", codes, proposed };
    return own ? none() : { refused: "Nothing is chosen: press a number or F to choose a code, or N if none fits." };
  },
  none(line, own) {
    if (own?.codes.length || own?.proposed.length) return { kind: "keep", codes: [...own.codes], proposed: [...own.proposed] };
    const isChosen = state.chosen.size || state.proposed.size;
    if (!isChosen || (line.kept && isAsChosen(line.kept))) return none();
    const chosen = keepLabel().replace("Keep ", "");
    return { refused: `${chosen} is chosen: press Enter to keep it, or drop it before pressing N.` };
  },
  first(line, own) {
    const offer = offerShown();
    if (offer?.strong) {
      const codes = [...new Set([...(own?.codes ?? []), offer.strong])];
      return { kind: "first", codes, proposed: own?.proposed ?? [] };
    }
    const card = offer?.cards[0];
    if (!card) return { refused: "There is no suggestion to accept here." };
    return { refused: `${codeOf(card.code).name} is a ${card.band} match: press 1 to choose it, or N if none fits.` };
  },
  later(line) {
    if (line.kept) return { refused: "This line is already decided; press U to undo that." };
    return { kind: "later", codes: [], proposed: [] };
  },
};

const isAsChosen = ({ codes, proposed }) =>
  codes.length === state.chosen.size && codes.every((id) => state.chosen.has(id)) && proposed.length === state.proposed.size;

function decide(key) {
  const line = currentLine();
  const { refused, ...decision } = decisions[key](line, isSecondLook() ? line.kept : null);
  if (refused) {
    hint(refused);
    return;
  }
  const act = {
    gesture: crypto.randomUUID(),
    coder: state.coder,
    version: state.version,
    line: line.id,
    ...decision,
    memo: decision.kind === "later" ? "" : (state.drafts.get(line.id) ?? ""),
    batch: offerShown()?.batch ?? null,
    milliseconds: Math.round(performance.now() - state.shownAt),
  };
  state.acts.push({ name: act.gesture, line: line.id, kept: line.kept, later: line.later, again: line.again });
  applyAct(act);
  paintKept(line);
  state.outbox.put(act);
  const next = lineAfter(line.id);
  if (state.mode === "blind-first" && line.stage === "blind" && act.kind !== "later") {
    paintTicks();
    const awaitedReveal = { line: line.id, next };
    state.awaitedReveal = awaitedReveal;
    setTimeout(() => state.awaitedReveal === awaitedReveal && show(next), REVEAL);
    return;
  }
  show(next);
}

/** Make a code of this name at once: the codebook has it before the line is decided. */
function make(name) {
  state.outbox.put({ gesture: crypto.randomUUID(), coder: state.coder, kind: "code", line: state.current, name });
}

function undo() {
  const last = state.acts.pop();
  if (!last) {
    hint("There is nothing to undo.");
    return;
  }
  state.awaitedReveal = null;
  const line = revertAct(last);
  if (line) paintKept(line);
  state.outbox.put({ gesture: crypto.randomUUID(), coder: state.coder, kind: "undo", line: last.line, act: last.name });
  show(last.line, { announced: false }).then(() => announce(`Undone. ${described(state.lines.get(last.line))}`));
}

function openMemo() {
  if (!state.drafts.has(state.current)) state.drafts.set(state.current, "");
  paintSide(actions);
  const field = byId("memo");
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

// ---------------------------------------------------------------- keys

const onLine = {
  Enter: () => decide("keep"),
  n: () => decide("none"),
  a: () => decide("first"),
  s: () => decide("later"),
  f: () => openPalette(actions),
  "/": () => openPalette(actions),
  m: openMemo,
};
const anywhere = { u: undo, i: () => openInterviews(actions), "?": openHelp };
const numbers = new Set(["1", "2", "3"]);
const deciding = new Set(["Enter", "n", "a", "s", ...numbers]);
const needsLine = new Set([...deciding, "f", "/", "m"]);

/** Do what a key says; returns whether it did something. */
function press(key) {
  if (state.awaitedReveal && key !== "u") {
    // the line is decided: what is pressed now is for the next line
    return needsLine.has(key) ? goOn(state.awaitedReveal.next, key) : move(key);
  }
  if (deciding.has(key) && state.current !== null) {
    if (isSecondLook() && state.revealedAt && performance.now() - state.revealedAt < TOO_SOON) {
      state.revealedAt = 0;
      return goOn(lineAfter(state.current), key);
    }
    if (isOfferAwaited()) {
      state.queuedKeys.push(key);
      return true;
    }
  }
  if (numbers.has(key)) return choose(Number(key) - 1);
  if (onLine[key] && state.current) onLine[key]();
  else if (anywhere[key]) anywhere[key]();
  else if (!onLine[key]) return move(key);
  return true;
}

function move(key) {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  if (!step) return false;
  const id = neighbour(step);
  if (id !== undefined) show(id);
  return true;
}

/** Go to the next line, and do there what was pressed. */
function goOn(next, key) {
  state.awaitedReveal = null;
  const isLoaded = next && state.loaded.has(state.interviewIds.get(next));
  const shown = show(next);
  if (isLoaded || next === null) press(key);
  else shown.then(() => press(key));
  return true;
}

// ---------------------------------------------------------------- what the server says of an act

function onStored(act, result, answer) {
  if (!state.begun) return;
  notice(answer);
  const line = state.lines.get(act.line);
  if (result.refused) onRefused(act, result.refused);
  if (result.line) onLineStored(act, result.line, line, answer);
  if (result.reveal) onReveal(act, result.reveal, line);
  else if (state.awaitedReveal?.line === act.line && !NO_DECISION.has(act.kind)) show(state.awaitedReveal.next);
  if (answer.learnt && answer.learnt.times > state.timesLearnt) onLearnt(answer.learnt);
  if (answer.hurries) note(HURRIED);
  if (result.line || result.reveal) paintTicks();
}

function onRefused(act, refused) {
  state.acts = state.acts.filter(({ name }) => name !== act.gesture);
  if (act.memo && !state.drafts.has(act.line)) keepDraft(act.line, act.memo);
  alertOf(`Nothing was stored. ${refused}`, { line: act.line, show });
}

function onLineStored(act, stored, line, { version }) {
  const changed = takeLine(stored);
  if (changed) paintKept(changed);
  const undoable = NO_DECISION.has(act.kind) ? null : { name: act.gesture, line: act.line };
  channel?.postMessage({ line: stored, act: undoable, version });
  if (act.kind !== "undo" || act.line !== state.current || state.awaitedReveal) return;
  if (line && !isUnstored(act.line) && line.stage !== stored.stage) {
    line.stage = stored.stage;
    show(act.line, { announced: false });
  }
}

/** After a blind reading, show what is suggested for the line, unless the coder has gone on. */
function onReveal(act, offer, line) {
  state.offers.set(act.line, offer);
  if (line) line.stage = "second look";
  if (state.awaitedReveal?.line === act.line) {
    state.revealedAt = performance.now();
    const shown = show(act.line, { announced: false });
    shown.then(() => announce(`Suggestions for line ${line.order} differ from your coding. ${described(line)}`));
  } else if (line) {
    paintKept(line);
  }
}

/** Suggestions for lines to come are asked for again; the current line keeps its own. */
function onLearnt({ times, decisions: n }) {
  state.timesLearnt = times;
  for (const id of [...state.offers.keys()]) {
    if (id !== state.current && !state.lines.get(id)?.again) state.offers.delete(id);
  }
  note(n ? `${n} new decisions learnt` : "The suggester has taken in the changed codebook");
  prefetch();
}

// ---------------------------------------------------------------- beginning

/** Ask where the page begins until the server answers and has stored what an earlier tab left behind. */
async function firstState() {
  const query = {};
  const wanted = new URLSearchParams(location.hash.slice(1)).get("line");
  if (wanted) query.line = wanted;
  for (;;) {
    let answer;
    try {
      answer = await ask("/review/state", query);
    } catch (error) {
      if (error.status === 404 && query.line) {
        alertOf(error.message);
        delete query.line;
        continue;
      }
      paintStatus("trouble", error.status ? error.message : "autocode is not running");
      await new Promise((resolve) => setTimeout(resolve, RETRY));
      continue;
    }
    if (state.outbox) return answer;
    const key = `autocode:act:${answer.study}:${answer.coder}`;
    state.outbox = new Outbox({ key, url: "/review/submit", onStored, onChange: paintSaved });
    // what an earlier tab or a killed server left is stored first; only then is it known which line is the current one
    if (!state.outbox.count || !(await state.outbox.flush())) return answer;
  }
}

/** A tab that lay aside learns what was decided elsewhere meanwhile. */
async function catchUp() {
  await state.outbox.flush();
  try {
    const { lines } = state.interview ? await ask("/review/lines", { interview: state.interview.id }) : { lines: [] };
    for (const stored of lines.filter((line) => !line.asks)) {
      const changed = takeLine(stored);
      if (changed) paintKept(changed);
    }
    paintTicks();
  } catch {
    // the page says so beside “Saved” as soon as something is to be stored
  }
}

/** Tell other tabs of this coder what is stored, and learn it from them. */
function connectTabs() {
  if (!("BroadcastChannel" in window)) return;
  channel = new BroadcastChannel(state.outbox.key);
  channel.onmessage = async ({ data }) => {
    notice(data);
    // the storage that tabs share may still show the act as waiting; then the page asks what is stored
    if (isUnstored(data.line.id)) await catchUp();
    else {
      const changed = takeLine(data.line);
      if (changed) paintKept(changed);
    }
    if (data.act && !state.acts.some(({ name }) => name === data.act.name)) state.acts.push(data.act);
    paintTicks();
  };
}

/** Which lines are decided here: the others of their interviews are shown as context. */
function ofSample() {
  const n = state.route.length;
  return `Here you decide the ${n === 1 ? "line" : `${n} lines`} of ${state.sample}; the other lines are context.`;
}

async function begin() {
  const answer = await firstState();
  const { outbox } = state;
  takeState(answer);
  for (const [, act] of outbox.pending()) {
    if (!NO_DECISION.has(act.kind)) applyAct({ codes: [], proposed: [], memo: "", ...act });
    else if (act.kind === "undo") Object.assign(state.lines.get(act.line) ?? {}, { kept: undefined, later: false });
  }
  state.begun = true;
  listenToVersions(() => followCodebook({ actions, showOffer }));
  paintSaved({ pending: outbox.count, trouble: outbox.trouble });
  if (state.interview) paintInterview(state.interview);
  await show(answer.current);
  if (state.sample && state.current) note(ofSample());
  takeFocus(main);
  listen(press);
  document.documentElement.dataset.ready = "true";
  connectTabs();
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp());
}

byId("lines").addEventListener("click", (event) => {
  const line = event.target.closest("article.line");
  if (!line || line.dataset.line === state.current || !state.positions.has(line.dataset.line)) return;
  if (String(getSelection())) return; // words are being marked to copy them
  show(line.dataset.line);
});
new ResizeObserver(() => scrollToLine()).observe(main);
byId("keys").addEventListener("click", onClick(openHelp));
byId("mode").addEventListener("click", onClick(openHelp));
byId("interviews").addEventListener("click", onClick(() => openInterviews(actions)));
prepareDialogs(actions);
begin();
