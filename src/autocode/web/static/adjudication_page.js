// The adjudication page in a browser.

import { mount } from "./adjudicate.js";

mount(document.querySelector("#adjudication"));
