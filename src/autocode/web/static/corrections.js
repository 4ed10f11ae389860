// Corrects an interview, as text or by its corrected document: planned, and recorded only with the plan that was shown.

import { byId } from "./dom.js";

const [interview, text, file, reason] = ["interview", "text", "file", "reason"].map(byId);
const [planned, recorded] = ["plan", "record"].map(byId);
let shown = null; // the correction whose plan is on the screen, with the plan's fingerprint
let isBusy = false;

const say = (sentence) => (byId("said").textContent = sentence);

function showPlan(sentences) {
  byId("sentences").textContent = sentences;
  byId("sentences").hidden = !sentences;
}

function enable() {
  planned.disabled = isBusy || (text.disabled && !file.files.length);
  recorded.disabled = isBusy || !shown;
}

/** What is written differs from what was planned: the plan no longer holds. */
function forget() {
  shown = null;
  showPlan("");
  say("");
  enable();
}

const keptAs = () => interview.selectedOptions[0].dataset.file; // "" for a text

const written = () => ({
  interview: interview.value,
  text: keptAs() ? "" : text.value,
  document: keptAs() ? file.files[0]?.name : "",
  reason: reason.value,
});

/** What the chosen document holds, in base64. */
function content() {
  if (!keptAs()) return "";
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error("The document was changed or moved since it was chosen; choose it again."));
    reader.readAsDataURL(file.files[0]);
  });
}

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
  text.value = "";
  file.value = "";
  file.disabled = !keptAs();
  byId("as-text").hidden = !!keptAs();
  byId("as-document").hidden = !keptAs();
  forget();
  if (keptAs()) {
    byId("document").textContent = keptAs();
    byId("document").href = `/corrections/document?interview=${encodeURIComponent(interview.value)}`;
    return;
  }
  const wanted = interview.value;
  const answer = await asked(`/corrections/text?interview=${encodeURIComponent(wanted)}`);
  if (!answer) return;
  if (interview.value !== wanted) return load();
  text.value = answer.text;
  text.disabled = false;
  enable();
}

async function plan() {
  const [correction, chosen] = [written(), file.files[0]];
  forget();
  let sent;
  try {
    sent = { ...correction, content: await content() };
  } catch (error) {
    file.value = "";
    say(error.message);
    return enable();
  }
  const answer = await asked("/corrections/plan", sent);
  if (!answer || file.files[0] !== chosen || JSON.stringify(written()) !== JSON.stringify(correction)) return;
  showPlan(answer.plan);
  if (answer.fingerprint) shown = { ...sent, plan: answer.fingerprint };
  say(shown ? "This is what would change. Nothing is recorded yet." : "");
  enable();
}

async function record() {
  if (!shown) return;
  const correction = shown;
  shown = null;
  const answer = await asked("/corrections/record", correction);
  if (!answer) return;
  await load();
  say(answer.recorded);
}

if (interview) {
  interview.addEventListener("change", load);
  for (const element of [text, file, reason]) element.addEventListener("input", forget);
  planned.addEventListener("click", plan);
  recorded.addEventListener("click", record);
  load();
}
