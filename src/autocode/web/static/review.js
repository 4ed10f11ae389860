// The review page: its beginning. The page paints the next line at once and leaves saving to the outbox; what a decision
// means, and what may be shown for a line, only the server decides.

import { byId, onClick, takeFocus } from "./dom.js";
import { listen } from "./keys.js";
import { Outbox } from "./outbox.js";
import { fitCards, noteSeen } from "./review_cards.js";
import { followCodebook } from "./review_codebook.js";
import { press } from "./review_deciding.js";
import { prepareDialogs } from "./review_dialogs.js";
import { fetchOffer, show } from "./review_going.js";
import { alertOf, note, paintSaved, paintStatus } from "./review_messages.js";
import { actions, main, paintDraft, paintInterview, paintSide } from "./review_paint.js";
import { keepPlace, lineInAddress, rememberPlace } from "./review_place.js";
import { lineAfter } from "./review_queue.js";
import { ask, listenToVersions } from "./review_server.js";
import { applyAct, currentLine, state, takeState } from "./review_state.js";
import { catchUp, connectTabs, NO_DECISION, onStored, sayWhatWasRefused } from "./review_stored.js";

const RETRY = 1000; // milliseconds before the page asks again where it begins

/** Ask where the page begins until the server answers and has stored what an earlier tab left behind. */
async function firstState() {
  const query = {};
  const wanted = lineInAddress();
  if (wanted !== null) query.line = wanted;
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
    state.outbox = new Outbox({ key, url: "/review/submit", onStored, onChange });
    // what an earlier tab or a killed server left is stored first; only then is it known which line is the current one
    if (!state.outbox.count || !(await state.outbox.flush())) return answer;
  }
}

/** See to it that the page says whether all is stored. */
function onChange() {
  paintSaved();
  if (state.begun && state.phase.name === "done") paintSide();
}

/** Take over what was chosen or written in another tab, on lines other than the current one. */
function onDraftElsewhere({ key }) {
  if (!key || key === state.drafts.nameOf("memo", state.current) || key === state.drafts.nameOf("choice", state.current)) return;
  const id = state.drafts.read(key);
  if (id === null) return;
  paintDraft(id);
  paintSaved();
}

/** Go to the line that the address names. */
function goToAddress() {
  const id = lineInAddress();
  if (id === null || id === state.current) return;
  if (state.positions.has(id)) show(id);
  else alertOf(`There is no line ${id} to be decided here.`);
}

const hasSuggestions = () => Boolean(currentLine()) && (currentLine().stage !== "blind" || currentLine().withheld);

/** After the lines with suggestions, the others are read. */
async function readOthers() {
  try {
    if (!(await state.outbox.flush())) throw new Error("what was decided is not stored yet");
    takeState(await ask("/review/state", { others: "all" }));
    paintInterview(state.interview);
    await show(lineAfter(state, null));
  } catch (error) {
    alertOf(error.status ? error.message : "autocode is not running; what you decided waits in this browser.");
  }
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
  listenToVersions(() => followCodebook({ fetchOffer }));
  paintSaved();
  if (state.interview) paintInterview(state.interview);
  const isHere = answer.current === null || state.positions.has(answer.current);
  if (!isHere) alertOf(`${answer.current} is not to be decided here.`);
  await show(isHere ? answer.current : lineAfter(state, null));
  if (state.sample && state.current) note(ofSample());
  else if (state.remark && hasSuggestions()) note(state.remark);
  sayWhatWasRefused();
  takeFocus(main);
  listen(press);
  document.documentElement.dataset.ready = "true";
  connectTabs();
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp());
}

byId("lines").addEventListener("click", (event) => {
  const line = event.target.closest("article.line");
  if (!line || line.dataset.line === state.current || !state.positions.has(line.dataset.line)) return;
  if (event.detail > 1 || String(getSelection())) return; // words are being marked to copy them
  show(line.dataset.line);
});
new ResizeObserver(keepPlace).observe(main);
main.addEventListener("scroll", rememberPlace, { passive: true });
addEventListener("hashchange", goToAddress);
addEventListener("storage", onDraftElsewhere);
addEventListener("resize", fitCards);
byId("side").addEventListener("scroll", noteSeen);
addEventListener("scroll", noteSeen);
byId("keys").addEventListener("click", onClick(() => press("?"), main));
byId("mode").addEventListener("click", onClick(() => press("?"), main));
byId("interviews").addEventListener("click", onClick(() => press("i"), main));
Object.assign(actions, { press, readOthers, show });
prepareDialogs();
begin();
