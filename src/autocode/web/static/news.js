// What changed in the codebook, above a page that was open meanwhile.

import { el, takeFocus } from "./dom.js";

/** Say what changed, instead of what was said before, until it is closed; the focus goes back to `home` then. */
export function paintNews(box, { version, changes }, { more = "", home }) {
  const close = () => {
    box.replaceChildren();
    takeFocus(home);
  };
  const what = changes.length ? `: ${changes.join("; ")}` : "";
  box.replaceChildren(
    el("span", { dir: "auto" }, `The codebook is now version ${version}${what}.${more}`),
    el("button", { class: "button small", type: "button", onclick: close }, "Close"),
  );
}
