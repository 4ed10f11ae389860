// Corrects the text of an interview: it is loaded, planned, and recorded only with the plan that was shown.

import { byId } from "./dom.js";

const [interview, text, reason, planned, recorded] = ["interview", "text", "reason", "plan", "record"].map(byId);
let shown = null; // the correction whose plan is on the screen, with the plan's fingerprint
let isBusy = false;

const say = (sentence) => (byId("said").textContent = sentence);

function showPlan(sentences) {
  byId("sentences").textContent = sentences;
  byId("sentences").hidden = !sentences;
}

function enable() {
  planned.disabled = isBusy || text.disabled;
  recorded.disabled = isBusy || !shown;
}

/** What is written differs from what was planned: the plan no longer holds. */
function forget() {
  shown = null;
  showPlan("");
  say("");
  enable();
}

const written = () => ({ interview: interview.value, text: text.value, reason: reason.value });

/** Ask the server, one request at a time; a refusal is said, and the answer is null then. */
async function asked(path, body) {
  if (isBusy) return null;
  isBusy = true;
  enable();
  try {
    const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(path, options);
    if (!response.ok) throw new Error(await response.text());
    const answer = await response.json();
    if (!answer.refused) return answer;
    say(answer.refused);
  } catch (error) {
    say(`${error.message} Nothing was recorded.`);
  } finally {
    isBusy = false;
    enable();
  }
  return null;
}

async function load() {
  text.disabled = true;
  forget();
  const wanted = interview.value;
  const answer = await asked(`/corrections/text?interview=${encodeURIComponent(wanted)}`);
  if (!answer) return;
  if (interview.value !== wanted) return load();
  text.value = answer.text;
  text.disabled = false;
  enable();
}

async function plan() {
  const correction = written();
  forget();
  const answer = await asked("/corrections/plan", correction);
  if (!answer || JSON.stringify(written()) !== JSON.stringify(correction)) return;
  showPlan(answer.plan);
  if (answer.fingerprint) shown = { ...correction, plan: answer.fingerprint };
  say(shown ? "This is what would change. Nothing is recorded yet." : "");
  enable();
}

async function record() {
  if (!shown) return;
  const correction = shown;
  shown = null;
  const answer = await asked("/corrections/record", correction);
  if (!answer) return;
  for (const element of [interview, text, reason]) element.disabled = true;
  enable();
  say(answer.recorded);
}

if (interview) {
  interview.addEventListener("change", load);
  for (const element of [text, reason]) element.addEventListener("input", forget);
  planned.addEventListener("click", plan);
  recorded.addEventListener("click", record);
  load();
}
