// The adjudication page in a browser.

import { mount } from "./adjudicate.js";
import { printWhole } from "./adjudicate_print.js";

const { ready, page } = mount(document.querySelector("#adjudication"));
printWhole(page);
ready.then(() => (document.documentElement.dataset.ready = "true"));
