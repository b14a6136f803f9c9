// Does one act after the other in the designer and answers, of each, the longest time in which the page answered nothing.
// Called by the driver with (done); answers {blocks: {NAME: milliseconds}}.
const [done] = arguments;

// How long the page must have answered at once before an act counts as over, and what "at once" means.
const QUIET = 600;
const SWIFT = 40;

const one = (selector) => document.querySelector(selector);
const must = (selector) => one(selector) ?? fail(selector);
function fail(selector) {
  throw new Error(`the page shows no ${selector}`);
}
const root = () => must(".canvas");

// A message to itself is answered as soon as the main thread is free, painting included.
const meter = { longest: 0, slow: 0, last: 0 };
const channel = new MessageChannel();
channel.port1.onmessage = () => {
  const now = performance.now();
  const gap = now - meter.last;
  meter.longest = Math.max(meter.longest, gap);
  if (gap > SWIFT) meter.slow = now;
  meter.last = now;
  channel.port2.postMessage(null);
};
function begin() {
  meter.last = performance.now();
  meter.longest = 0;
  meter.slow = meter.last;
}
function frame() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
async function quiet() {
  // What came late has to be counted first, however long it kept everything else waiting.
  while (performance.now() - meter.slow < QUIET || performance.now() - meter.last > SWIFT) await frame();
}
async function shown(selector) {
  const began = performance.now();
  while (!one(selector)) {
    if (performance.now() - began > 60000) fail(selector);
    await frame();
  }
  return one(selector);
}

function key(name, more = {}, target = root()) {
  target.focus();
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more }));
}
function pointer(kind, target, at, more = {}) {
  const init = {
    bubbles: true, cancelable: true, composed: true, view: window, clientX: at.x, clientY: at.y,
    button: kind === "move" ? -1 : 0, buttons: kind === "up" ? 0 : 1, pointerId: 1, isPrimary: true, pointerType: "mouse", ...more,
  };
  target.dispatchEvent(new PointerEvent(`pointer${kind}`, init));
}
function wheel(dx, dy, more = {}) {
  const box = root().getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
  root().dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, deltaX: dx, deltaY: dy, ...at, ...more }));
}
function type(field, text) {
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
// Where cards can be taken; from far out they are outlines in a few paths.
function cards() {
  const near = [...document.querySelectorAll('[data-node-id^="function:"]')].map((card) => {
    const box = card.getBoundingClientRect();
    return { card, at: { x: box.left + box.width * 0.6, y: box.top + Math.min(box.height / 4, 12) } };
  });
  const world = must(".world");
  const { left, top } = world.getBoundingClientRect();
  const zoom = Number(world.style.transform.match(/scale\((.+?)\)/)?.[1] ?? 1);
  const far = [...document.querySelectorAll(".shape.kind-function")].flatMap((path) => {
    const outlines = [...path.getAttribute("d").matchAll(/M(\S+) (\S+?)h(\S+?)v(\S+?)h/g)];
    return outlines.map(([, x, y, width, height]) => ({
      card: root(), at: { x: left + zoom * (Number(x) + width / 2), y: top + zoom * (Number(y) + height / 2) },
    }));
  });
  return [...near, ...far];
}
function middle() {
  const box = root().getBoundingClientRect();
  const far = ({ at }) => Math.hypot(at.x - box.left - box.width / 2, at.y - box.top - box.height / 2);
  return cards().reduce((best, card) => (far(card) < far(best) ? card : best));
}
function press({ card, at }, more = {}) {
  pointer("down", card, at, more);
  pointer("up", card, at, more);
}
async function drag({ card, at }) {
  pointer("down", card, at);
  for (let index = 1; index <= 30; index += 1) {
    pointer("move", card, { x: at.x + 3 * index, y: at.y + 2 * index });
    await frame();
  }
  pointer("up", card, { x: at.x + 90, y: at.y + 60 });
}
const acts = {
  "show all": () => key("f"),
  "zoom to 100 %": () => key("0"),
  pan: async () => {
    for (let index = 0; index < 40; index += 1) {
      wheel(25, 15);
      await frame();
    }
  },
  zoom: async () => {
    for (let index = 0; index < 40; index += 1) {
      wheel(0, index < 20 ? 20 : -20, { ctrlKey: true });
      await frame();
    }
  },
  "select a card": () => press(middle()),
  "drag a card": () => drag(middle()),
  undo: () => key("z", { ctrlKey: true }),
  redo: () => key("z", { ctrlKey: true, shiftKey: true }),
  "select in the tree": () => must(".tree [role=treeitem]:nth-of-type(12)").click(),
  "walk the tree to its end": () => key("End", {}, must(".tree [role=treeitem]")),
  "type a title": async () => {
    press(middle());
    await frame();
    const field = await shown('.inspector [data-field$=".title"] input');
    for (const text of ["C", "Ca", "Car", "Cart"]) {
      type(field, text);
      await frame();
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.blur();
  },
  "undo a title": () => key("z", { ctrlKey: true }),
  "add a function": async () => {
    must("[data-testid=add-function]").click();
    (await shown(".card .in-place input")).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  },
  "remove a card": () => key("Delete"),
  "undo the removal": () => key("z", { ctrlKey: true }),
  "show the routes": () => must("[role=tab][data-tab=routes]").click(),
  "add a route": async () => {
    const field = await shown("#route-add-field");
    type(field, "GET /new/route");
    await frame();
    must("[data-testid=route-add] button.small").click();
  },
  "ask which route": async () => {
    const field = must("[data-testid=probe-path]");
    for (const text of ["/", "/n", "/new", "/new/route"]) {
      type(field, text);
      await frame();
    }
  },
  "show the problems": () => must("[role=tab][data-tab=problems]").click(),
  search: async () => {
    key("k", { ctrlKey: true });
    const field = await shown("dialog.palette input");
    for (const text of ["r", "r1", "r12"]) {
      type(field, text);
      await frame();
    }
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  },
  "drag fifty": async () => {
    key("f");
    await frame();
    const chosen = cards().slice(0, 50);
    for (const card of chosen) press(card, { ctrlKey: true });
    await frame();
    await drag(chosen[0]);
  },
  "undo fifty": () => key("z", { ctrlKey: true }),
  "select all": () => key("a", { ctrlKey: true }),
  "tidy up": () => must("[data-testid=tidy]").click(),
  "undo the tidying": () => key("z", { ctrlKey: true }),
};

(async () => {
  await shown('[data-node-id^="function:"]');
  begin();
  channel.port2.postMessage(null);
  await quiet();
  const tasks = await new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type: "longtask", buffered: true });
    setTimeout(() => resolve([]), 1000);
  });
  const blocks = { open: Math.max(0, ...tasks.map((task) => task.duration)) };
  for (const [name, act] of Object.entries(acts)) {
    begin();
    try {
      await act();
    } catch (error) {
      throw new Error(`${name}: ${error.message}`);
    }
    await quiet();
    blocks[name] = meter.longest;
  }
  done({ blocks });
})().catch((error) => done({ error: String(error?.stack ?? error) }));
