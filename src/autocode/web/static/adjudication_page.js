// The adjudication page in a browser: the same module as in a notebook, over requests to this machine.

import { mount } from "./adjudicate.js";

const PATIENCE = 15000; // milliseconds until a request counts as lost: laptops sleep

const answer = async (asked) => {
  const told = await asked;
  if (told.ok) return told.json();
  const sentence = await told.text();
  if (told.status === 403 || told.status === 421)
    throw Object.assign(new Error(sentence), { sentence: "Not saved: open the address that autocode printed last" });
  if (told.status < 500) return { refused: sentence };
  throw new Error(sentence);
};

const post = (path, said) =>
  answer(
    fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(said),
      signal: AbortSignal.timeout(PATIENCE),
    }),
  );

mount(document.querySelector("#adjudication"), {
  look: ({ hidden }) => answer(fetch(`/adjudicate/lines?hidden=${hidden ? 1 : 0}`)),
  read: (said) => post("/adjudicate/read", said),
  act: (said) => post("/adjudicate/act", said),
});
