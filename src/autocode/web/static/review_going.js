// Going to a line: what has to be here before it can be read is fetched, and until then nothing is decided.

import { byId } from "./dom.js";
import { announce, hint, paintSaved } from "./review_messages.js";
import { described, paintCurrent, paintDraft, paintInterview, paintSide, paintTicks, paintWords } from "./review_paint.js";
import { paintAddress, scrollToLine } from "./review_place.js";
import { awaitOffer, interviewOf, prefetch } from "./review_server.js";
import { currentLine, happen, isOfferAwaited, state } from "./review_state.js";

const RETRY = 1000; // milliseconds before an interview is asked for again
const REST = 250; // milliseconds after a change of line in which the pointer may still be on its way to the line before

/** Make a line the current one; null when every line is decided. Resolves to whether it came to the screen. */
export async function show(id, { announced = true } = {}) {
  const target = id ?? null;
  happen("go", { line: target });
  state.hint = "";
  const { phase } = state;
  if (target !== null && !state.loaded.has(state.interviewIds.get(target))) {
    leave();
    if (!(await fetched(target, phase))) return false;
  }
  enter(target, { announced });
  return true;
}

/** Take the line that was decided off the white sheet while the next one is on its way. */
function leave() {
  const before = state.current;
  state.current = null;
  paintCurrent(before);
  paintDraft(before);
  paintSide();
  announce("Fetching the next line.");
}

/** Ask for the interview of a line until it is here; resolves to whether the line is still the one to go to. */
async function fetched(id, phase) {
  for (;;) {
    try {
      await interviewOf(id);
      return state.phase === phase;
    } catch (error) {
      if (state.phase !== phase) return false;
      const isAnswered = error.status !== undefined;
      hint(isAnswered ? error.message : "The next line comes as soon as autocode answers; it is asked for again and again.");
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY));
    if (state.phase !== phase) return false;
  }
}

function enter(id, { announced = true, event = "shown" }) {
  const before = state.current;
  state.hint = "";
  state.current = id;
  const interview = id === null ? state.interview : state.loaded.get(state.interviewIds.get(id));
  if (state.interview !== interview) {
    state.interview = interview;
    paintInterview(interview);
  }
  const line = currentLine();
  const choice = state.drafts.choice(id) ?? line?.kept;
  state.chosen = new Set(choice?.codes ?? []);
  state.proposed = new Set(choice?.proposed ?? []);
  state.isMemoOpen = false;
  if (before !== id || event === "reveal") state.seen = new Set();
  paintCurrent(before);
  paintDraft(before);
  paintDraft(id);
  paintSaved();
  paintAddress(line);
  document.title = line ? `${line.interview}, line ${line.order} · autocode` : "All decided · autocode";
  paintTicks();
  if (before !== id || event === "reveal") rest();
  settle(event);
  scrollToLine();
  if (announced) announce(described(line));
  prefetch();
}

/** Stay on a line that was decided blind, with the suggestions that differ. */
export function lookAgain(line) {
  enter(line.id, { announced: false, event: "reveal" });
  announce(`Suggestions for line ${line.order} differ from your coding. ${described(line)}`);
}

/** Begin to read the current line if all that may be shown for it is here; else fetch it. */
function settle(event = "shown") {
  const line = currentLine();
  if (line && isOfferAwaited()) fetchOffer(line.id);
  else if (line) happen(event, { line: line.id, stage: line.stage });
  paintSide();
}

/** Paint the suggestions of the current line when they arrive. */
export async function fetchOffer(id) {
  if (!(await awaitOffer(id))) return;
  paintWords(id);
  rest();
  settle();
  scrollToLine();
}

let resting = 0;

/** For a moment, the pointer presses nothing: what it was about to press was about the line before. */
function rest() {
  const side = byId("side");
  side.style.pointerEvents = "none";
  clearTimeout(resting);
  resting = setTimeout(() => {
    side.style.pointerEvents = "";
  }, REST);
}
