// The adjudication page in a browser.

import { mount } from "./adjudicate.js";

const { ready } = mount(document.querySelector("#adjudication"));
ready.then(() => (document.documentElement.dataset.ready = "true"));
