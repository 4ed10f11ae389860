// What the review page asks the server for; decisions go out through the outbox.

import { isOfferAwaited, state, takeInterview, takeOffers } from "./review_state.js";

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

/** Return the interview that a line belongs to, asking for it if it is not loaded. */
export async function interviewOf(id) {
  const interview = state.interviewIds.get(id);
  if (!state.loaded.has(interview)) takeInterview(await ask("/review/lines", { interview }));
  return state.loaded.get(interview);
}

/** The first line from the current one on whose suggestions have to be asked for; null if enough of them are here. */
function firstWithoutOffer() {
  let known = 0;
  for (let index = state.positions.get(state.current) ?? 0; index < state.route.length && known < AHEAD; index += 1) {
    const line = state.lines.get(state.route[index]);
    if (line && (line.kept || line.stage === "blind")) continue;
    if (!state.offers.has(state.route[index])) return state.route[index];
    known += 1;
  }
  return null;
}

let asking = null;

/** Ask for the interview and the suggestions of lines that come next, so that they are painted without waiting. */
export function prefetch() {
  if (state.mode === "independent" || asking) return;
  const first = firstWithoutOffer();
  if (!first) return;
  const interview = state.interviewIds.get(first);
  if (interview && !state.loaded.has(interview)) interviewOf(first).catch(() => {});
  if (state.mode === "blind-first") return;
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

/** Ask for the suggestions of the current line until there is an answer; resolves to whether it is still the current one. */
export async function awaitOffer(id) {
  for (;;) {
    try {
      const offer = await ask("/review/offer", { line: id });
      if (offer.version === state.version) {
        state.offers.set(id, offer);
        return state.current === id;
      } // else the codebook is being changed, and the suggestions are asked for again
    } catch (error) {
      if (error.status) {
        state.offers.set(id, null); // the server says that nothing is suggested
        return state.current === id;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY));
    if (state.current !== id || !isOfferAwaited()) return false;
  }
}
