// Where the current line is on the screen.

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
