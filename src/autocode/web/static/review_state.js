// What the review page knows, and what follows from it without asking the server or painting anything.

import { Drafts } from "./review_drafts.js";
import { after, beginning } from "./review_phase.js";

const RECENT = 12; // codes that were used last stand first where a code is looked for

export const state = {
  coder: "",
  study: "",
  mode: "",
  making: "", // "own" or "shared" where coders make codes; empty where they propose them to the team
  remark: "", // what is to be known of the suggestions; empty if there is nothing to say
  others: 0, // how many lines without suggestions could be read besides
  sample: "", // name of the sample whose lines are decided here; empty for all lines
  version: "", // of the codebook; acts are stored as made under it
  codes: new Map(), // id -> code
  formerCodes: new Map(), // id -> code of an earlier version of the codebook
  interviews: [], // those with lines to decide: { id, about, lines (ids) }
  loaded: new Map(), // interview id -> interview with the text of its lines
  lines: new Map(), // id -> line of a loaded interview
  route: [], // ids of all lines to decide, in order
  positions: new Map(), // line id -> its index in the route
  interviewIds: new Map(), // line id -> interview id
  later: [], // ids of lines that were left for later
  done: new Set(), // ids of lines that are decided
  offers: new Map(), // line id -> what is suggested for it; null for nothing
  acts: [], // acts that can be undone, newest last
  undone: [], // judgements that were undone and can be made again, newest last: { line, codes, proposed }
  recent: [], // ids of codes, used last first
  phase: beginning, // what the page is doing
  current: null, // id of the line on the screen that is to be decided
  interview: null, // the interview on the screen
  chosen: new Set(), // ids of codes that are chosen on the current line
  proposed: new Set(), // names of new codes that are chosen on the current line
  seen: new Set(), // ids of codes whose suggestions were on the screen since the current line is
  opened: null, // id of the line whose suggestions are shown at their full length
  drafts: new Drafts(() => localStorage), // what was chosen or written and is not stored
  isMemoOpen: false, // whether a memo is being written on the current line
  timesLearnt: 0, // how often the suggester has learnt from new decisions
  note: "", // a sentence about the page
  hint: "", // a sentence about the current line; it goes when the line does
  begun: false,
  outbox: null,
};

export const codeOf = (id) =>
  state.codes.get(id) ?? state.formerCodes.get(id) ?? { id, name: id, hue: "none", definition: "" };
export const currentLine = () => state.lines.get(state.current);
export const isSecondLook = () => currentLine()?.stage === "second look" && !isStageUnknown(currentLine());

/** Let something happen to what the page is doing; see `review_phase.js`. */
export function happen(type, event = {}) {
  state.phase = after(state.phase, { type, at: performance.now(), ...event });
}

/**
 * Whether it is not known yet what may be shown for a line: it was looked at a second time, and then its reading was taken
 * back, which the server has still to store. A decision on what stood there before would be refused.
 */
export const isStageUnknown = (line) => line?.stage === "second look" && !line.kept;

/** What is suggested for the current line, or null while the coder is to read it without suggestions. */
export function offerShown() {
  const line = currentLine();
  return !line || line.stage === "blind" || isStageUnknown(line) ? null : (state.offers.get(state.current) ?? null);
}

/** Whether the suggestions of the current line are still on their way. */
export function isOfferAwaited() {
  const line = currentLine();
  return isStageUnknown(line) || (Boolean(line) && line.stage !== "blind" && !state.offers.has(state.current));
}

/** The memo of a line as it stands there, stored or not. */
export const memoOf = (line) => state.drafts.memo(line.id) ?? line.kept?.memo ?? "";

/** Keep what is chosen on the current line, until it is stored. */
export function keepChoice() {
  const choice = { codes: [...state.chosen], proposed: [...state.proposed] };
  state.drafts.keepChoice(state.current, choice, currentLine()?.kept);
}

/** Choose a code or the name of a new one on the current line, or drop it if it is chosen; returns whether it is now. */
export function toggle(chosen, key) {
  if (!chosen.delete(key)) chosen.add(key);
  keepChoice();
  return chosen.has(key);
}

/** The name of a code that is not in the codebook yet, with what is to become of it. */
export const newName = (name) => `${name} (${state.making ? "new" : "proposed"})`;

/** Whether an act on a line is not stored yet. */
export function isUnstored(id) {
  const { outbox } = state;
  return outbox !== null && outbox.count > 0 && outbox.pending().some(([, act]) => act.line === id);
}

// ---------------------------------------------------------------- answers of the server

export function takeState(answer) {
  const { coder, mode, making, sample, remark, others, study, later, acts, learnt, version } = answer;
  Object.assign(state, { coder, mode, making, sample, remark, others, study, later, acts, version, timesLearnt: learnt });
  state.codes = new Map(answer.codes.map((code) => [code.id, code]));
  state.interviews = answer.interviews.filter(({ lines }) => lines.length);
  state.route = state.interviews.flatMap(({ lines }) => lines);
  state.positions = new Map(state.route.map((id, index) => [id, index]));
  state.interviewIds = new Map(state.interviews.flatMap(({ id, lines }) => lines.map((line) => [line, id])));
  state.done = new Set(answer.done);
  if (answer.interview) {
    takeInterview(answer.interview);
    state.interview = answer.interview;
  }
  for (const [id, offer] of Object.entries(answer.offers)) state.offers.set(id, offer);
  state.drafts.open(state);
}

export function takeInterview(interview) {
  state.loaded.set(interview.id, interview);
  for (const line of interview.lines) {
    line.interview = interview.id;
    const known = state.lines.get(line.id);
    if (known && isUnstored(line.id)) {
      Object.assign(line, { kept: known.kept, later: known.later, again: known.again });
    }
    state.lines.set(line.id, line);
  }
}

const isSameName = (first, second) => first.toLowerCase() === second.toLowerCase();

/**
 * Take over another version of the codebook, and forget what was fetched under the one before. Returns the names of codes
 * that were chosen on the current line and are none any more; a code that was merged is chosen as the one that it became,
 * and a proposed code that the codebook has now is chosen.
 */
export function takeCodebook({ version, codes, fates }) {
  const dropped = [];
  const become = (ids) => {
    const now = ids.flatMap((id) => {
      const { became, into } = fates[id] ?? {};
      if (codes.some((code) => code.id === id)) return [id];
      if (into?.length === 1) return into;
      dropped.push(became ? `${codeOf(id).name}, ${became},` : codeOf(id).name);
      return [];
    });
    return now.filter((id) => codes.some((code) => code.id === id));
  };
  const chosen = become([...state.chosen]);
  state.drafts.replay(become);
  const taken = codes.filter(({ name }) => [...state.proposed].some((proposal) => isSameName(proposal, name)));
  for (const [id, code] of state.codes) state.formerCodes.set(id, { ...code, hue: "none" });
  state.version = version;
  state.codes = new Map(codes.map((code) => [code.id, code]));
  state.chosen = new Set([...chosen, ...taken.map(({ id }) => id)]);
  state.proposed = new Set([...state.proposed].filter((proposal) => !taken.some(({ name }) => isSameName(proposal, name))));
  state.recent = state.recent.filter((id) => state.codes.has(id));
  state.offers.clear();
  if (isOfferAwaited()) happen("stale");
  state.loaded.clear();
  state.undone = []; // their codes may have ended
  return [...new Set(dropped)];
}

export function takeOffers(offers) {
  for (const [id, offer] of Object.entries(offers)) {
    // what is on the screen stays as it is
    if (id !== state.current || !state.offers.get(id)) state.offers.set(id, offer);
  }
}

/** Take over what a line is shown with; what was fetched for another stage is not shown any more. */
export function takeStage(line, { stage }) {
  if (line.stage !== stage) state.offers.delete(line.id);
  line.stage = stage;
}

/** Take over a line as the server has it; returns the line if it has to be painted again. */
export function takeLine(stored) {
  if (isUnstored(stored.id)) return null; // what waits here came later
  const line = state.lines.get(stored.id);
  if (stored.kept) state.done.add(stored.id);
  else state.done.delete(stored.id);
  state.later = state.later.filter((id) => id !== stored.id);
  if (stored.later) state.later.push(stored.id);
  if (!line) return null;
  const before = JSON.stringify([line.kept, line.later, line.again]);
  Object.assign(line, { kept: stored.kept, later: stored.later, again: stored.again });
  state.drafts.compare(line.id, line.kept);
  line.withheld = stored.withheld;
  if (stored.id !== state.current || state.phase.name === "held") takeStage(line, stored);
  return JSON.stringify([line.kept, line.later, line.again]) === before ? null : line;
}

// ---------------------------------------------------------------- acts, before the server has stored them

/** Take over what an act will have done; returns its line if that is loaded. */
export function applyAct(act) {
  const line = state.lines.get(act.line);
  state.later = state.later.filter((id) => id !== act.line);
  if (act.kind === "later") state.later.push(act.line);
  else state.done.add(act.line);
  if (!line) return null;
  if (act.kind === "later") {
    line.later = true;
    return line;
  }
  const order = [...state.codes.keys()];
  const codes = [...act.codes].sort((first, second) => order.indexOf(first) - order.indexOf(second));
  line.kept = { codes, proposed: act.proposed, memo: act.memo };
  line.later = false;
  line.again = false;
  state.recent = [...new Set([...act.codes, ...state.recent])].slice(0, RECENT);
  return line;
}

/** Take an act back; returns its line if that is loaded. */
export function revertAct(act) {
  const line = state.lines.get(act.line);
  if (!line) return null;
  const { kept } = line;
  Object.assign(line, { kept: act.kept, later: act.later, again: act.again });
  state.later = state.later.filter((id) => id !== act.line);
  if (line.later) state.later.push(act.line);
  if (!line.kept) state.done.delete(act.line);
  // the words of a memo are not typed again
  if (kept?.memo && state.drafts.memo(line.id) === undefined) state.drafts.keepMemo(line.id, kept.memo, line.kept);
  return line;
}
