// Pages in a notebook (anywidget): the same pages as in a browser, whose requests go as messages to the Python beside them.

/** Return a fetch over the messages of one view of a widget, and a function that ends it. */
function messageFetch(model) {
  const view = Math.random().toString(36).slice(2); // a widget may be shown twice, and each view receives every answer
  const waiting = new Map(); // number of a request -> what to do with its response
  let count = 0;
  const onMessage = ({ number, status, body }) => {
    waiting.get(number)?.(new Response(body, { status }));
    waiting.delete(number);
  };
  model.on("msg:custom", onMessage);
  const request = (address, { method = "GET", body = "", signal } = {}) =>
    new Promise((resolve, reject) => {
      count += 1;
      const number = `${view}-${count}`;
      waiting.set(number, resolve);
      signal?.addEventListener("abort", () => {
        waiting.delete(number);
        reject(signal.reason);
      });
      model.send({ number, method, address, body });
    });
  return { request, close: () => model.off("msg:custom", onMessage) };
}

/** Show a whole page in a frame. It has the notebook's origin, so that what waits in the browser outlives a kernel. */
function showFrame(model, container, request) {
  const frame = document.createElement("iframe");
  frame.title = "Review";
  frame.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own single keys rest while the frame has the focus
  frame.style.cssText =
    "display: block; box-sizing: border-box; width: 100%; height: min(720px, 85vh); border: 1px solid #8888; border-radius: 12px;";
  frame.fetch = request; // the page has it in place of the browser's own
  frame.srcdoc = model.get("_page");
  container.append(frame);
  return () => {};
}

/** Fill an element with a page whose style stays inside, and the notebook's outside. */
async function showElement(model, container, request) {
  const addresses = new Map();
  const { mount } = await import(addressOf("adjudicate", model.get("_modules"), addresses));
  for (const address of addresses.values()) URL.revokeObjectURL(address);
  const outer = document.createElement("div");
  outer.dataset.lmSuppressShortcuts = "true";
  container.append(outer);
  const shadow = outer.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = model.get("_style");
  const root = document.createElement("main");
  root.className = "adjudication in-notebook";
  shadow.append(style, root);
  const page = mount(root, request);
  await page.ready;
  return page.leave;
}

/** Return an address of a module: a document of somebody else's takes no import map, so imports name addresses. */
function addressOf(name, modules, addresses) {
  if (!addresses.has(name)) {
    const linked = modules[name].replace(/"autocode\/(\w+)"/g, (_, other) => `"${addressOf(other, modules, addresses)}"`);
    addresses.set(name, URL.createObjectURL(new Blob([linked], { type: "text/javascript" })));
  }
  return addresses.get(name);
}

async function render({ model, el: container }) {
  const { request, close } = messageFetch(model);
  const leave = await (model.get("_page") ? showFrame : showElement)(model, container, request);
  return () => {
    leave();
    close();
  };
}

export default { render };
