// What follows when the server says that an act is stored, in this tab or in another one of the coder.

import { lookAgain, show } from "./review_going.js";
import { alertOf, note, paintSaved } from "./review_messages.js";
import { paintKept, paintTicks } from "./review_paint.js";
import { ask, notice, prefetch } from "./review_server.js";
import { isStageUnknown, isUnstored, state, takeLine, takeStage } from "./review_state.js";

const HURRIED = "You passed the latest lines faster than they can be read. This is recorded once; take the time you need.";

export const NO_DECISION = new Set(["undo", "code"]); // acts that decide nothing on a line
const early = []; // acts that an earlier tab left behind and that were refused before there was a page to say so
let channel = null; // to other tabs of this coder

const isHeld = (id) => state.phase.name === "held" && state.phase.line === id;

/** Take over what the server says of an act that it has stored, or refused. */
export function onStored(act, result, answer) {
  if (!state.begun) {
    if (result.refused) early.push([act, result.refused]);
    return;
  }
  notice(answer);
  const line = state.lines.get(act.line);
  if (result.refused) onRefused(act, result.refused);
  if (result.line) onLineStored(act, result, line, answer);
  if (result.reveal) onReveal(act, result.reveal, line);
  else if (isHeld(act.line) && !NO_DECISION.has(act.kind)) show(state.phase.next);
  if (answer.learnt && answer.learnt.times > state.timesLearnt) onLearnt(answer.learnt);
  if (answer.hurries) note(HURRIED);
  if (result.line || result.reveal) paintTicks();
}

/** Say what was refused of the acts that an earlier tab left behind. */
export function sayWhatWasRefused() {
  for (const [act, refused] of early.splice(0)) onRefused(act, refused);
}

function onRefused(act, refused) {
  state.acts = state.acts.filter(({ name }) => name !== act.gesture);
  const { lines, drafts, codes } = state;
  const kept = lines.get(act.line)?.kept;
  if (act.memo && drafts.memo(act.line) === undefined) drafts.keepMemo(act.line, act.memo, kept);
  const choice = { codes: (act.codes ?? []).filter((id) => codes.has(id)), proposed: act.proposed ?? [] };
  if (choice.codes.length + choice.proposed.length) drafts.keepChoice(act.line, choice, kept);
  alertOf(`Nothing was stored. ${refused}`, { line: act.line, show });
}

function onLineStored(act, { line: stored, refused }, line, { version }) {
  const changed = takeLine(stored);
  if (changed) paintKept(changed);
  const undoable = NO_DECISION.has(act.kind) || refused ? null : { name: act.gesture, line: act.line };
  channel?.postMessage({ line: stored, act: undoable, version, refused: refused && [act, refused] });
  if (act.kind === "undo") restage(line, stored);
}

/** When the reading of the current line was taken back, here or in another tab, show what may be shown for it now. */
function restage(line, stored) {
  if (!line || line.id !== state.current || isHeld(line.id) || isUnstored(line.id)) return;
  if (line.stage === stored.stage) return;
  takeStage(line, stored);
  show(line.id, { announced: false });
}

/** After a blind reading, show what is suggested for the line, unless the coder has gone on or undone the reading. */
function onReveal(act, offer, line) {
  if (line && !line.kept) return; // what may be shown for it now, the server says when the undo is stored
  state.offers.set(act.line, offer);
  if (line) line.stage = "second look";
  if (line && state.current === act.line) lookAgain(line);
  else if (line) paintKept(line);
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

/** Take over a line as another tab left it. */
function takeStored(stored) {
  const changed = takeLine(stored);
  if (changed) paintKept(changed);
  const line = state.lines.get(stored.id);
  if (isStageUnknown(line)) restage(line, stored);
}

/** A tab that lay aside learns what was decided elsewhere meanwhile. */
export async function catchUp() {
  await state.outbox.flush();
  try {
    const { lines } = state.interview ? await ask("/review/lines", { interview: state.interview.id }) : { lines: [] };
    for (const stored of lines.filter((line) => !line.asks)) {
      takeStored(stored);
    }
    paintTicks();
  } catch {
    // the page says so beside “Saved” as soon as something is to be stored
  }
}

/** Tell other tabs of this coder what is stored, and learn it from them. */
export function connectTabs() {
  if (!("BroadcastChannel" in window)) return;
  channel = new BroadcastChannel(state.outbox.key);
  channel.onmessage = async ({ data }) => {
    notice(data);
    // an act of this tab that another one sent
    if (data.refused && state.acts.some(({ name }) => name === data.refused[0].gesture)) onRefused(...data.refused);
    // the storage that tabs share may still show the act as waiting; then the page asks what is stored
    if (isUnstored(data.line.id)) await catchUp();
    else takeStored(data.line);
    if (data.act && !state.acts.some(({ name }) => name === data.act.name)) state.acts.push(data.act);
    paintTicks();
    paintSaved();
  };
}
