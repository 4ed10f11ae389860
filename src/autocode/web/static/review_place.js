// Where the current line is: on the screen, and in the address of the page.

import { articleOf, main } from "./review_paint.js";
import { state } from "./review_state.js";

const MARGIN = 12; // pixels above a line at least
const SLACK = 2; // pixels: what is measured is rounded

export function scrollToLine() {
  const article = articleOf(state.current);
  if (!article) return;
  const scroll = () => {
    const sheet = article.getBoundingClientRect();
    const pane = main.getBoundingClientRect();
    const top = pane.top + Math.max(MARGIN, Math.min(pane.height * 0.36, (pane.height - sheet.height) / 2));
    main.scrollTop += sheet.top - top;
  };
  scroll();
  // lines far away have only an estimated height until they are near
  scroll();
  // in a small window the page scrolls, too
  const { scrollingElement: page } = document;
  if (page.scrollHeight > page.clientHeight) page.scrollTop += main.getBoundingClientRect().top;
  rememberPlace();
}

let place = null; // { article, top }: the line that stays where it is when the window changes, and its distance from the top

/** Remember where the coder reads: at the current line if it is in view, else at the first line of the pane. */
export function rememberPlace() {
  const pane = main.getBoundingClientRect();
  const first = () => document.elementFromPoint(pane.left + pane.width / 2, pane.top + 3 * MARGIN)?.closest("article");
  const article = isInView() ? articleOf(state.current) : first();
  place = article ? { article, top: article.getBoundingClientRect().top - pane.top } : place;
}

/** Keep that line where it was after the window or its text has changed. */
export function keepPlace() {
  if (!place?.article.isConnected) return;
  const { article, top } = place;
  for (let time = 0; time < 2; time += 1) {
    main.scrollTop += article.getBoundingClientRect().top - main.getBoundingClientRect().top - top;
  }
  if (article === articleOf(state.current) && !isInView()) scrollToLine();
}

/** Return the id of the line that the address names, or null. */
export const lineInAddress = () => new URLSearchParams(location.hash.slice(1)).get("line");

/** Have the address name the current line, so that it can be bookmarked, sent, and gone back to. */
export function paintAddress(line) {
  if (lineInAddress() === (line?.id ?? null)) return;
  try {
    history.replaceState(null, "", line ? `#${new URLSearchParams({ line: line.id })}` : location.pathname);
  } catch {
    // a page in a notebook has no address of its own
  }
}

/**
 * Whether the words of the current line are in full view; of a line that is longer than the pane, half a pane of them. In
 * a small window, of which the line fills the whole, the page may be scrolled on to the buttons meanwhile.
 */
export function isInView() {
  const words = articleOf(state.current)?.querySelector(".words").getBoundingClientRect();
  if (!words) return false;
  const pane = main.getBoundingClientRect();
  const visible = Math.min(words.bottom, pane.bottom) - Math.max(words.top, pane.top);
  const isLonger = words.height > pane.height - 2 * MARGIN;
  return visible >= (isLonger ? pane.height / 2 : words.height) - SLACK;
}
