// Printing the adjudication page: all lines with their words and readings, not only those near the screen.

import { paintAround, repaintRow } from "./adjudicate_rows.js";
import { indexOf } from "./adjudicate_state.js";

const AT_ONCE = 400; // lines whose words the server gives in one answer

/** Have every line that the filters leave printed, however printing was begun. */
export function printWhole({ state, rows }) {
  addEventListener("beforeprint", () => {
    for (const line of fetchWords(state)) repaintRow(rows, line);
    paintAround(rows, 0, Infinity);
  });
  addEventListener("afterprint", () => paintAround(rows, Math.max(0, indexOf(state, state.current))));
}

/** Fetch the words of all lines and return those that had none; the browser prints as soon as this returns, so it waits. */
function fetchWords({ shown, byId, hidden, version }) {
  const missing = shown.filter((line) => !line.readings);
  for (let start = 0; start < missing.length; start += AT_ONCE) {
    const request = new XMLHttpRequest();
    request.open("POST", "/adjudicate/lines", false);
    request.setRequestHeader("Content-Type", "application/json");
    try {
      request.send(JSON.stringify({ hidden, lines: missing.slice(start, start + AT_ONCE).map(({ id }) => id) }));
    } catch {
      break; // autocode is not running: the lines whose words are here are printed
    }
    const answer = request.status === 200 ? JSON.parse(request.responseText) : { lines: [] };
    if (answer.version !== version) break;
    for (const line of answer.lines) Object.assign(byId.get(line.id) ?? {}, line);
  }
  return missing.filter((line) => line.readings);
}
