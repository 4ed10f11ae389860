// The adjudication page in a notebook: the same module, over messages to the Python beside it (anywidget).

const PATIENCE = 15000; // milliseconds until a message counts as lost: kernels are restarted

const asBlob = (source) => URL.createObjectURL(new Blob([source], { type: "text/javascript" }));

async function render({ model, el }) {
  const address = asBlob(model.get("_module"));
  const { mount } = await import(address);
  URL.revokeObjectURL(address);

  // a notebook's own style stays outside, and ours inside
  const outer = document.createElement("div");
  outer.dataset.lmSuppressShortcuts = "true"; // JupyterLab's own single keys rest while ours are pressed
  el.append(outer);
  const inside = outer.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = model.get("_style");
  const root = document.createElement("main");
  root.className = "adjudication in-notebook";
  inside.append(style, root);

  const view = Math.random().toString(36).slice(2); // a widget may be shown twice, and each view hears every answer
  const asked = new Map();
  let count = 0;
  const heard = (told) => {
    const waiting = asked.get(told.number);
    asked.delete(told.number);
    if (told.failed) waiting?.reject(new Error(told.failed));
    else waiting?.resolve(told.answer);
  };
  model.on("msg:custom", heard);
  const ask = (what, said) =>
    new Promise((resolve, reject) => {
      count += 1;
      const number = `${view}-${count}`;
      asked.set(number, { resolve, reject });
      model.send({ number, what, said });
      if (what === "look") return; // the page begins when the kernel is free
      AbortSignal.timeout(PATIENCE).addEventListener("abort", (event) => {
        asked.delete(number);
        reject(event.target.reason);
      });
    });
  const page = mount(root, { look: (said) => ask("look", said), read: (said) => ask("read", said), act: (said) => ask("act", said) });
  await page.ready;
  return () => {
    page.leave();
    model.off("msg:custom", heard);
  };
}

export default { render };
