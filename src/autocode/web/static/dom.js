// How pages make elements: text is always text, whatever a participant said or a coder wrote.

/** Return a new element; `given` holds attributes, and properties that begin with a dot. */
export function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) made[name.slice(1)] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Open a dialog so that what had the focus before gets it back, and no key falls between. */
export function openDialog(dialog, home) {
  // a closed dialog's field keeps the focus until the next frame if nothing had it before
  home.focus({ preventScroll: true });
  dialog.showModal();
}

/** Return a code as a chip in the hue of its theme. */
export function chip(code, more = "") {
  return el("span", { class: `chip hue-${code.hue} ${more}`.trim(), dir: "auto" }, code.name);
}
