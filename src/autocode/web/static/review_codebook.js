// A codebook that is changed while the review page is open: the page takes over the codes in force and says what changed.
// What was decided before goes out as it was made, and the server finds what it comes to.

import { byId, listing } from "./dom.js";
import { paintNews } from "./news.js";
import { repaintPalette } from "./review_dialogs.js";
import { alertOf } from "./review_messages.js";
import { main, paintCurrent, paintInterview, paintSide, paintTicks } from "./review_paint.js";
import { scrollToLine } from "./review_place.js";
import { ask, prefetch } from "./review_server.js";
import { isOfferAwaited, keepChoice, state, takeCodebook, takeInterview } from "./review_state.js";

let following = false;

/** Take over the codebook in force, and what judgements come to in it. `fetchOffer(id)` asks for a line's suggestions. */
export async function followCodebook({ fetchOffer }) {
  if (following) return;
  following = true;
  try {
    const answer = await ask("/review/codebook", { since: state.version });
    if (answer.version === state.version) return; // what was noticed was an older answer
    const dropped = takeCodebook(answer);
    // what others do with their own codes is nothing to this coder
    if (answer.changes.length || dropped.length) paintNews(byId("news"), answer, { more: chooseAnew(dropped), home: main });
    repaintPalette();
    paintSide();
    if (isOfferAwaited()) fetchOffer(state.current);
    const { interview } = state;
    if (interview) takeLines(await ask("/review/lines", { interview: interview.id }));
    prefetch();
  } catch (error) {
    if (error.status === 404) alertOf(error.message);
    // else the next answer of the server names the version again
  } finally {
    following = false;
  }
}

function takeLines(interview) {
  if (interview.id !== state.interview.id) return; // the coder has gone on, to lines that are asked for now
  takeInterview(interview);
  state.interview = interview;
  if (state.current !== null) keepChoice();
  paintInterview(interview);
  paintCurrent(null);
  paintTicks();
  paintSide();
  scrollToLine();
}

const chooseAnew = (dropped) =>
  dropped.length ? ` ${listing(dropped)} ${dropped.length > 1 ? "were" : "was"} chosen here; choose anew.` : "";
