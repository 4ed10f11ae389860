// What the review page asks the server for; decisions go out through the outbox.

import { firstMissing } from "./review_queue.js";
import { isStageUnknown, isUnstored, state, takeInterview, takeOffers } from "./review_state.js";

const AHEAD = 30; // lines with suggestions that are left before more are asked for
const RETRY = 500; // milliseconds before suggestions of the current line are asked for again

export async function ask(path, query = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`);
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  const answer = await response.json();
  notice(answer);
  return answer;
}

let onNewVersion = () => {};

/** Call `act` whenever the server answers under another version of the codebook than that of the page. */
export function listenToVersions(act) {
  onNewVersion = act;
}

/** See whether an answer was given under another version of the codebook. */
export function notice({ version }) {
  if (state.begun && version !== undefined && version !== state.version) onNewVersion();
}

async function load(interview) {
  const answer = await ask("/review/lines", { interview });
  // while the page takes over another version of the codebook, the interview is asked for again
  if (answer.version !== state.version) throw new Error("the codebook is being changed");
  takeInterview(answer);
}

const loading = new Map(); // interview id -> promise of the interview

/** Return the interview that a line belongs to, asking for it, once at a time, if it is not loaded. */
export async function interviewOf(id) {
  const interview = state.interviewIds.get(id);
  if (!state.loaded.has(interview)) {
    if (!loading.has(interview)) {
      loading.set(interview, load(interview).finally(() => loading.delete(interview)));
    }
    await loading.get(interview);
  }
  return state.loaded.get(interview);
}

const isUnloaded = (id) => !state.loaded.has(state.interviewIds.get(id));
const isWithoutOffer = (id) => !state.offers.has(id) && state.lines.get(id)?.stage !== "blind";

let asking = null;

/** Ask for the interview and the suggestions of lines that come next, so that they are painted without waiting. */
export function prefetch() {
  const unloaded = firstMissing(state, state.current, { isMissing: isUnloaded, ahead: AHEAD });
  if (unloaded) interviewOf(unloaded).catch(() => {}); // it is asked for again when the line is gone to
  if (state.mode !== "assisted" || asking) return;
  const first = firstMissing(state, state.current, { isMissing: isWithoutOffer, ahead: AHEAD });
  if (!first) return;
  const { timesLearnt } = state;
  asking = ask("/review/offers", { from: first })
    .then(({ offers, version }) => {
      if (timesLearnt === state.timesLearnt && version === state.version) takeOffers(offers);
      if (version === state.version && !(first in offers) && !state.offers.has(first)) state.offers.set(first, null);
    })
    .catch(() => {})
    .finally(() => {
      asking = null;
    });
}

/** Ask for the suggestions of a line; resolves to whether there was an answer that can be used. */
async function takeOffer(id) {
  try {
    const offer = await ask("/review/offer", { line: id });
    if (offer.version !== state.version) return false; // the codebook is being changed
    state.offers.set(id, offer);
  } catch (error) {
    if (!(error.status < 500)) return false;
    state.offers.set(id, null); // the server says that nothing is suggested
  }
  return true;
}

/** Ask for the suggestions of the current line until there is an answer; resolves to whether it is still the current one. */
export async function awaitOffer(id) {
  for (;;) {
    if (state.phase.name !== "fetching" || state.phase.line !== id) return false;
    const line = state.lines.get(id);
    if (isStageUnknown(line)) {
      // it is known when the undo is stored; where another tab sent it, the page asks
      if (!isUnstored(id)) await load(line.interview).catch(() => {});
    } else if (line.stage === "blind" || state.offers.has(id) || (await takeOffer(id))) return true;
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}
