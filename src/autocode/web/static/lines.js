// Reading lines again with the keyboard: from line to line, into the review, and copied with where each stands.
import { byId } from "./dom.js";
import { listen } from "./keys.js";

const BESIDE = "autocode:lines-around";
const lines = [...document.querySelectorAll("article.line")];
let at = -1;

const say = (text) => {
  const live = byId("live");
  if (live) live.textContent = text;
};

const remembered = () => {
  try {
    return localStorage.getItem(BESIDE) !== "off";
  } catch {
    return true;
  }
};

function showBeside(shown) {
  byId("lines").classList.toggle("without-beside", !shown);
  byId("beside").setAttribute("aria-pressed", String(shown));
  try {
    localStorage.setItem(BESIDE, shown ? "on" : "off");
  } catch {
    // without storage the choice holds for this page
  }
}

async function copy(quotations, what) {
  try {
    await navigator.clipboard.writeText(quotations.join("\n\n"));
    say(`Copied: ${what}`);
  } catch {
    say("The browser did not allow copying; mark the words and copy them.");
  }
}

function goTo(place) {
  if (!lines.length) return false;
  at = Math.min(Math.max(place, 0), lines.length - 1);
  lines[at].focus({ preventScroll: true });
  lines[at].scrollIntoView({ block: "nearest" });
  return true;
}

function press(key) {
  if (key === "j" || key === "ArrowDown") return goTo(at + 1);
  if (key === "k" || key === "ArrowUp") return goTo(at - 1);
  if (key === "x" && byId("beside")) {
    showBeside(byId("beside").getAttribute("aria-pressed") !== "true");
    return true;
  }
  if (key === "/" && byId("q")) {
    byId("q").focus();
    byId("q").select();
    return true;
  }
  const line = lines[at];
  if (key === "c" && line) {
    copy([line.dataset.quotation], line.getAttribute("aria-label"));
    return true;
  }
  const place = line?.querySelector("a.place");
  if ((key === "o" || key === "Enter") && place) {
    place.click();
    return true;
  }
  return false;
}

for (const [place, line] of lines.entries()) {
  line.addEventListener("focusin", () => (at = place));
  line.addEventListener("click", () => (at = place));
  // words that are marked and copied by hand take along where they stand
  line.querySelector(".text")?.addEventListener("copy", (event) => {
    const words = String(getSelection());
    if (!words.trim()) return;
    event.clipboardData.setData("text/plain", `“${words.trim()}” (${line.getAttribute("aria-label")})`);
    event.preventDefault();
  });
  const button = line.querySelector("button.copy");
  if (!button) continue;
  button.hidden = false;
  button.addEventListener("click", () => copy([line.dataset.quotation], line.getAttribute("aria-label")));
}

const all = byId("copy-all");
if (all && lines.length) {
  all.hidden = false;
  all.addEventListener("click", () => copy(lines.map((line) => line.dataset.quotation), `${lines.length} lines`));
}
if (byId("keys") && lines.length) byId("keys").hidden = false;
if (byId("beside") && lines.length) {
  byId("beside").hidden = false;
  byId("beside").addEventListener("click", () => press("x"));
  if (!remembered()) showBeside(false);
}

// with the pointer, a choice is made at once; with the keyboard, on the way to another one, only by the button
const filter = byId("filter");
let byPointer = false;
filter?.addEventListener("pointerdown", () => (byPointer = true));
filter?.addEventListener("keydown", () => (byPointer = false));
filter?.addEventListener("change", () => byPointer && filter.requestSubmit());
listen(press);
