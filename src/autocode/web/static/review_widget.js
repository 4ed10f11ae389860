// The review page in a notebook: the page as it is served, in a frame of its own, whose requests go as messages to the
// Python beside it (anywidget). The frame has the notebook's origin, so that what waits in the browser outlives a kernel.

function render({ model, el }) {
  const view = Math.random().toString(36).slice(2); // a widget may be shown twice, and each view hears every answer
  const asked = new Map();
  let count = 0;
  const heard = ({ number, status, body }) => {
    asked.get(number)?.(new Response(body, { status }));
    asked.delete(number);
  };
  model.on("msg:custom", heard);

  const frame = document.createElement("iframe");
  frame.title = "Review";
  frame.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own single keys rest while the frame has the focus
  frame.style.cssText = "display: block; box-sizing: border-box; width: 100%; height: min(720px, 85vh); border: 1px solid #8888; border-radius: 12px;";
  // what the page has in place of the browser's own fetch
  frame.fetch = (address, { method = "GET", body = "", signal } = {}) =>
    new Promise((resolve, reject) => {
      count += 1;
      const number = `${view}-${count}`;
      asked.set(number, resolve);
      signal?.addEventListener("abort", () => {
        asked.delete(number);
        reject(signal.reason);
      });
      model.send({ number, method, address, body });
    });
  frame.srcdoc = model.get("_page");
  el.append(frame);
  return () => model.off("msg:custom", heard);
}

export default { render };
