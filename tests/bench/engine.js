// The page's CPU worker without the page. The driver posts commands as bytes and waits for events by the number of
// their kind, the first byte of each; what they say is read where their types are known.

const worker = new Worker("./cpu_worker_loader.js", { type: "module" });
let waiting = null;

worker.onmessage = ({ data }) => {
  if (waiting && waiting.kinds.includes(data[0])) {
    const { done } = waiting;
    waiting = null;
    done({ at: performance.now(), bytes: Array.from(data) });
  }
};
worker.onerror = (event) => {
  waiting?.done({ error: event.message || "the worker could not be loaded" });
};

/** The next event of one of these kinds, after the commands are posted; with the time that passed since. */
async function ask(commands, kinds, patience) {
  const answer = new Promise((done) => {
    waiting = { kinds, done };
    setTimeout(() => done({ error: "no answer in time" }), patience);
  });
  const begun = performance.now();
  for (const command of commands) {
    worker.postMessage(new Uint8Array(command));
  }
  const { at, bytes, error } = await answer;
  return { milliseconds: at - begun, bytes, error };
}

globalThis.bench = { ask };
