// The page of lines to read again: one question on one line at a time. The page paints the next question at once and
// leaves saving to the outbox. A key answers only what has been on the screen long enough to be seen.

import { byId, openDialog, takeFocus } from "./dom.js";
import { listen, singleKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { alertOf, announce, describedQuestion, keysOf, main, paintCount, paintKeys, paintQuestion, paintSaved, paintStatus, say } from "./reread_paint.js";

const TOO_SOON = 250; // milliseconds: a key pressed sooner after a line appeared was not an answer to it
const RETRY = 1000; // milliseconds before the page asks again where it begins

const state = {
  coder: "",
  version: "",
  codes: new Map(), // id -> code
  questions: [], // in the order in which they are asked, with what was answered here: { applied, act }
  acts: [], // answers that can be undone, newest last: { name, line }
  index: null, // of the question on the screen; null when all are answered
  chosen: null, // ids of codes while several are chosen, else null
  done: 0,
  left: 0, // by what the server said last, without answers that still wait here
  unfound: [],
  seenAt: Infinity, // when the question was painted
  outbox: null,
  begun: false,
};
let channel = null; // to other windows of this coder

const current = () => (state.index === null ? null : state.questions[state.index]);
const same = (first, second) => first.line === second.line && String([...first.codes].sort()) === String([...second.codes].sort());
const isOpen = (question) => !question.answer && !question.elsewhere;

// ---------------------------------------------------------------- going to a question

function show(index, { announced = true } = {}) {
  state.index = index;
  state.chosen = null;
  state.seenAt = Infinity;
  paint();
  // the second frame begins when the first was painted
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (state.index === index) state.seenAt = performance.now();
  }));
  if (announced) announce(describedQuestion(current(), state));
}

const actions = { press, toggle, answer };

function paint() {
  paintQuestion(current(), state, actions);
  paintCount(state);
}

/** The question that comes next: further down, else from the top; null if none is open. */
function nextOpen() {
  const { length } = state.questions;
  const start = state.index ?? -1;
  for (let step = 1; step <= length; step += 1) {
    const index = (start + step + length) % length;
    if (isOpen(state.questions[index])) return index;
  }
  return null;
}

/** Go on to the next question, asking the server for more where this page has none left. */
async function goOn() {
  const index = nextOpen();
  if (index === null && state.outbox.count + state.left > 0 && (await state.outbox.flush())) await catchUp();
  show(index === null ? nextOpen() : index);
}

function move(step) {
  const { length } = state.questions;
  if (!length) return;
  const index = state.index === null ? (step > 0 ? 0 : length - 1) : state.index + step;
  if (index >= 0 && index < length) show(index);
}

// ---------------------------------------------------------------- answering

const isSeen = () => performance.now() - state.seenAt >= TOO_SOON;

/** Answer the question on the screen with the codes that apply. */
function answer(applied) {
  const question = current();
  if (!question || !isSeen()) return;
  if (!isOpen(question)) {
    say("This is answered; press U to take the answer back.");
    return;
  }
  const act = {
    gesture: crypto.randomUUID(),
    coder: state.coder,
    kind: "answer",
    line: question.line,
    asked: question.codes,
    applied,
    version: state.version,
    milliseconds: Math.round(performance.now() - state.seenAt),
  };
  question.answer = { applied, act: act.gesture };
  state.acts.push({ name: act.gesture, line: question.line });
  state.done += 1;
  state.left -= 1;
  state.outbox.put(act);
  goOn();
}

function toggle(code) {
  if (!isSeen() || !isOpen(current())) return;
  if (!state.chosen.delete(code)) state.chosen.add(code);
  paint();
  announce(`${state.codes.get(code).name} ${state.chosen.has(code) ? "chosen" : "dropped"}.`);
}

function chooseSeveral() {
  const question = current();
  if (!question || !isOpen(question) || question.codes.length < 2) return;
  state.chosen = state.chosen ? null : new Set();
  paint();
  announce(state.chosen ? "Choose several, then press Enter." : "One key answers.");
}

/** Take back the answer on the screen, or else the latest. */
function undo() {
  const onScreen = current()?.answer?.act;
  const index = onScreen ? state.acts.findIndex(({ name }) => name === onScreen) : state.acts.length - 1;
  const [taken] = index < 0 ? [] : state.acts.splice(index, 1);
  if (!taken) {
    say("There is nothing to undo.");
    return;
  }
  state.outbox.put({ gesture: crypto.randomUUID(), coder: state.coder, kind: "undo", line: taken.line, act: taken.name });
  const place = state.questions.findIndex((question) => question.answer?.act === taken.name);
  state.done -= 1;
  state.left += 1;
  if (place >= 0) {
    delete state.questions[place].answer;
    show(place, { announced: false });
    announce(`Undone. ${describedQuestion(current(), state)}`);
    return;
  }
  // it was answered before this page was opened: the server knows what waits again
  state.outbox.flush().then(async (isStored) => {
    if (!isStored) return;
    await catchUp();
    const back = state.questions.findIndex((question) => question.line === taken.line && isOpen(question));
    if (back >= 0) show(back);
  });
}

// ---------------------------------------------------------------- keys

function press(key) {
  const question = current();
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  if (step) move(step);
  else if (key === "u") undo();
  else if (key === "?") openHelp();
  else if (!question) return false;
  else if (key === "n") answer([]);
  else if (question.kind === "one") {
    if (key !== "y") return false;
    answer(question.codes);
  } else if (key === "s") chooseSeveral();
  else if (key === "Enter" && state.chosen) answer([...state.chosen]);
  else {
    const code = question.codes[keysOf(question).indexOf(key)];
    if (!code) return false;
    if (state.chosen) toggle(code);
    else answer([code]);
  }
  return true;
}

function openHelp() {
  paintKeys();
  openDialog(byId("help"), main);
}

// ---------------------------------------------------------------- the server

async function ask() {
  const response = await fetch("/reread/state");
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

function onStored(act, result, reply) {
  if (!state.begun) return;
  if (result.refused) {
    state.acts = state.acts.filter(({ name }) => name !== act.gesture);
    alertOf(`Nothing was stored. ${result.refused}`, { label: "Show what waits", act: reload });
  } else {
    channel?.postMessage({ line: act.line });
  }
  if ("left" in reply) takeProgress(reply);
  if (state.index === null && state.left > 0 && !state.outbox.count) catchUp(); // there are more than the page held
  if (reply.version && reply.version !== state.version && !state.isOutdated) {
    state.isOutdated = true;
    alertOf("The codebook was changed meanwhile. What you answer here is stored under the version that you see.", {
      label: "Show what waits now",
      act: reload,
    });
  }
  paintCount(state);
}

function takeProgress({ done, left, unfound }) {
  const unstored = state.outbox.pending().reduce((sum, [, { kind }]) => sum + (kind === "undo" ? -1 : 1), 0);
  state.done = done + unstored;
  state.left = left - unstored;
  state.unfound = unfound;
  if (state.index === null) paint();
}

function takeState(reply) {
  state.coder = reply.coder;
  state.version = reply.version;
  state.isOutdated = false;
  state.codes = new Map(reply.codes.map((code) => [code.id, code]));
  state.acts = reply.acts;
  state.questions = reply.questions;
}

/** Learn what waits now: what was answered in another window is passed over, what is new comes last. */
async function catchUp() {
  let reply;
  try {
    reply = await ask();
  } catch {
    return; // the page says so beside “Saved” as soon as something is to be stored
  }
  if (reply.version !== state.version || state.outbox.count) return;
  for (const question of state.questions) {
    const waits = reply.questions.some((other) => same(other, question));
    if (!question.answer) question.elsewhere = !waits && reply.left === reply.questions.length;
    else if (waits) delete question.answer; // it was taken back in another window
  }
  const known = (question) => state.questions.some((other) => same(other, question));
  state.questions.push(...reply.questions.filter((question) => !known(question)));
  state.acts = reply.acts;
  takeProgress(reply);
  if (current()?.elsewhere) {
    say("This was answered in another window.");
    show(nextOpen());
  } else if (state.index === null && nextOpen() !== null) show(nextOpen());
  else paintCount(state);
}

/** Begin again with what waits now, once everything is stored. */
async function reload() {
  if (!(await state.outbox.flush())) return;
  try {
    const reply = await ask();
    takeState(reply);
    takeProgress(reply);
    show(state.questions.length ? 0 : null);
  } catch (error) {
    alertOf(error.message);
  }
}

/** Ask where the page begins until the server answers and has stored what an earlier window left behind. */
async function firstState() {
  for (;;) {
    try {
      const reply = await ask();
      if (state.outbox) return reply;
      const key = `autocode:reread:${reply.study}:${reply.coder}`;
      state.outbox = new Outbox({ key, url: "/reread/submit", onStored, onChange: paintSaved });
      if (!state.outbox.count || !(await state.outbox.flush())) return reply;
    } catch (error) {
      paintStatus("trouble", error.status ? error.message : "autocode is not running");
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

async function begin() {
  const reply = await firstState();
  takeState(reply);
  for (const [, act] of state.outbox.pending()) {
    const question = state.questions.find((other) => act.asked && same(other, { line: act.line, codes: act.asked }));
    if (question) question.answer = { applied: act.applied, act: act.gesture };
  }
  takeProgress(reply);
  state.begun = true;
  paintSaved({ pending: state.outbox.count, trouble: state.outbox.trouble });
  show(nextOpen());
  takeFocus(main);
  listen(press);
  document.documentElement.dataset.ready = "true";
  if ("BroadcastChannel" in window) {
    channel = new BroadcastChannel(state.outbox.key);
    channel.onmessage = () => catchUp();
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp());
}

byId("keys").addEventListener("click", (event) => {
  if (event.detail > 0) takeFocus(main);
  openHelp();
});
byId("letters").addEventListener("change", (event) => {
  singleKeys.on = event.target.checked;
  paint();
});
byId("help").addEventListener("click", (event) => event.target === byId("help") && byId("help").close());
byId("help").addEventListener("close", () => takeFocus(main));
begin();
