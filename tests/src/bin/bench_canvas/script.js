// Measures one page. The same for every page; what differs is in `pages`.
// Called by the driver with (page, done); answers {opened, runs: {NAME: {frames, work, changes}}}.
const [page, done] = arguments;

// A node is taken at a place, by what lies there.
const pages = {
  slipway: {
    root: () => document.querySelector(".canvas"),
    nodes: () => {
      const cards = [...document.querySelectorAll('[data-node-id^="function:"],[data-node-id^="service:"]')];
      return [...cards.map(grip), ...shapes()];
    },
    zoom: () => key("0"),
    fit: () => key("f"),
    select: async (count) => {
      const chosen = pages.slipway.nodes().slice(0, count);
      for (const { at, node } of chosen) {
        pointer("down", node, at, { ctrlKey: true });
        pointer("up", node, at, { ctrlKey: true });
        await frame();
      }
      return chosen[0];
    },
  },
  peer: {
    root: () => document.querySelector(".react-flow__pane"),
    nodes: () => [...document.querySelectorAll(".react-flow__node-target")].map(grip),
    zoom: () => window.peer.zoom(1),
    fit: () => window.peer.fit(),
    select: async (count) => {
      window.peer.select(count);
      await frame();
      return grip(document.querySelector(".react-flow__node.selected"));
    },
  },
};
const { root, nodes, zoom, fit, select } = pages[page];
const FRAMES = 60;

function key(name) {
  root().focus();
  root().dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}

function pointer(kind, target, at, more = {}) {
  const init = {
    bubbles: true, cancelable: true, composed: true, view: window, clientX: at.x, clientY: at.y,
    button: kind === "move" ? -1 : 0, buttons: kind === "up" ? 0 : 1, pointerId: 1, isPrimary: true, pointerType: "mouse", ...more,
  };
  target.dispatchEvent(new PointerEvent(`pointer${kind}`, init));
  target.dispatchEvent(new MouseEvent(`mouse${kind}`, { ...init, button: Math.max(init.button, 0) }));
  if (kind === "up") target.dispatchEvent(new MouseEvent("click", init));
}

function wheel(dx, dy, more = {}) {
  const box = root().getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
  root().dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, view: window, deltaX: dx, deltaY: dy, ...at, ...more }));
}

// Resolves when the frame that follows has been committed; says when its callbacks began.
function frame() {
  return new Promise((resolve) => {
    requestAnimationFrame((began) => {
      const start = performance.now();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve({ start, end: performance.now(), began });
      channel.port2.postMessage(null);
    });
  });
}

// Where a card can be taken: its head.
function grip(node) {
  const box = node.getBoundingClientRect();
  return { node, at: { x: box.left + box.width * 0.6, y: box.top + Math.min(box.height / 4, 12) } };
}

// From far out the designer draws cards as outlines in a few paths.
function shapes() {
  const world = document.querySelector(".world");
  const { left, top } = world.getBoundingClientRect();
  const zoom = Number(world.style.transform.match(/scale\((.+?)\)/)?.[1] ?? 1);
  const paths = [...document.querySelectorAll(".shape:is(.kind-function,.kind-service)")];
  return paths.flatMap((path) => {
    const outlines = [...path.getAttribute("d").matchAll(/M(\S+) (\S+?)h(\S+?)v(\S+?)h/g)];
    return outlines.map(([, x, y, width, height]) => ({
      node: root(), at: { x: left + zoom * (Number(x) + width / 2), y: top + zoom * (Number(y) + height / 2) },
    }));
  });
}

// One sample for each step: `frame` from the input to the committed frame, `work` the part of it in
// which the main thread was busy, `changes` how many elements were changed.
async function measure(steps, step) {
  const run = { frames: [], work: [], changes: [] };
  const seen = [];
  const observer = new MutationObserver((records) => seen.push(...records));
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  await frame();
  for (let index = 0; index < steps; index += 1) {
    seen.length = 0;
    const before = performance.now();
    step(index);
    const dispatched = performance.now();
    const { start, end } = await frame();
    seen.push(...observer.takeRecords());
    run.frames.push(end - before);
    run.work.push(dispatched - before + (end - start));
    run.changes.push(new Set(seen.map((record) => record.target)).size);
  }
  observer.disconnect();
  return run;
}

async function drag({ at, node }) {
  const hit = document.elementFromPoint(at.x, at.y) ?? node;
  pointer("down", hit, at);
  await frame();
  // Moves go where the pointer is captured or, without capture, to what lies under it; both bubble to the page.
  const run = await measure(FRAMES, (index) => pointer("move", hit, { x: at.x + 3 * (index % 20), y: at.y + 2 * (index % 15) }));
  pointer("up", hit, at);
  await frame();
  return run;
}

// The card nearest to the middle of the canvas.
function middle() {
  const box = root().getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  let best = null;
  for (const node of nodes()) {
    const distance = Math.hypot(node.at.x - x, node.at.y - y);
    if (!best || distance < best.distance) best = { node, distance };
  }
  return best.node;
}

(async () => {
  const began = performance.now();
  while (!root() || nodes().length === 0) {
    if (performance.now() - began > 60000) throw new Error("the page shows no nodes");
    await frame();
  }
  await frame();
  const { end } = await frame();
  const runs = {};
  for (const view of ["fit", "1:1"]) {
    await (view === "fit" ? fit() : zoom());
    await frame();
    await frame();
    runs[`pan, ${view}`] = await measure(FRAMES, (index) => wheel(index < FRAMES / 2 ? 9 : -9, index < FRAMES / 2 ? 5 : -5));
    runs[`zoom, ${view}`] = await measure(FRAMES, (index) => wheel(0, index % 2 ? 20 : -20, { ctrlKey: true }));
    runs[`drag one, ${view}`] = await drag(middle());
  }
  await fit();
  await frame();
  await frame();
  runs["drag fifty, fit"] = await drag(await select(50));
  done({ opened: end, nodes: nodes().length, runs });
})().catch((error) => done({ error: String(error?.stack ?? error) }));
