// Lines with possible label issues: "looked at, stays" takes a line off the list of those to look at.

import { el, takeFocus } from "./dom.js";
import { Outbox } from "./outbox.js";

const main = document.querySelector("main");
const status = document.querySelector("#saved");
const open = () => [...document.querySelectorAll(".issue button[data-codings]")];

function onChange({ pending, trouble, closed }) {
  status.textContent = closed ? `Not saved: ${trouble}` : trouble ? "Not saved yet; trying again" : pending ? "Saving" : "Saved";
}

function onStored(act, { refused }) {
  const issue = document.getElementById(act.line);
  if (!issue) return;
  if (refused) issue.append(el("p", { class: "warn", role: "alert" }, refused));
  else issue.querySelector(".looked").replaceChildren(`Looked at by ${main.dataset.coder}: stays.`);
}

const outbox = new Outbox({
  key: `autocode:checks:${main.dataset.study}:${main.dataset.coder}`,
  url: "/team/checks",
  onStored,
  onChange,
});

for (const button of open()) {
  button.addEventListener("click", (event) => {
    if (event.detail > 1) return; // the second click of a double click falls on the next line
    const { line, codings } = button.dataset;
    const next = open()[open().indexOf(button) + 1] ?? main;
    button.parentElement.replaceChildren(el("span", { class: "soft" }, "Looked at: stays."));
    takeFocus(next);
    outbox.put({ gesture: crypto.randomUUID(), kind: "stays", line, codings });
  });
}
outbox.notify();
outbox.flush();
document.documentElement.dataset.ready = "true";
