// Loads the page: the bindings and their wasm, with the bytes that have arrived. All of them carry
// this script's own version.

const version = new URL(import.meta.url).search;
const address = (name) => new URL(name + version, import.meta.url);

/** Replaces whatever is shown by one sentence and what to do about it. */
function fail(sentence) {
  let loading = document.getElementById('loading');
  if (!loading) {
    loading = document.createElement('div');
    loading.id = 'loading';
    document.body.prepend(loading);
  }
  const text = document.createElement('p');
  text.setAttribute('role', 'alert');
  text.dataset.testid = 'start-failure';
  text.textContent = sentence;
  loading.replaceChildren(text);
}

/** Counts the bytes of a response in the progress bar. */
async function show(response) {
  const bar = document.getElementById('loading-bytes');
  const label = document.getElementById('loading-text');
  if (!bar || !response.body) {
    return;
  }
  // The length in the header is that of the compressed file, so the page brings the real one along.
  const total = Number(bar.dataset.bytes);
  const reader = response.body.getReader();
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    received += value.byteLength;
    const kilobytes = Math.round(received / 1000);
    if (total > 0) {
      bar.max = total;
      bar.value = Math.min(received, total);
      label.textContent = `Loading the page: ${kilobytes} of ${Math.round(total / 1000)} kB`;
    } else {
      label.textContent = `Loading the page: ${kilobytes} kB`;
    }
  }
}

/** What `init` takes: the response itself, or its bytes where the host calls wasm something else. */
async function load() {
  const response = await fetch(address('./page_bg.wasm'));
  if (!response.ok) {
    throw new Error(`page_bg.wasm: HTTP ${response.status}`);
  }
  // A lost count is no reason not to start.
  show(response.clone()).catch(() => {});
  const type = response.headers.get('Content-Type') ?? '';
  return type.startsWith('application/wasm') ? response : response.arrayBuffer();
}

/**
 * Starts the CPU engine beside the page's own wasm. The page takes it over, with what it has said by then. In a
 * sandboxed frame, which belongs to no origin, the page has a way of its own to start it.
 */
function startEngine() {
  if (globalThis.origin === 'null' || typeof Worker !== 'function') {
    return;
  }
  const workers = document.querySelector('meta[name=mtl-version]')?.content ?? '';
  try {
    const worker = new Worker(new URL(`./cpu_worker_loader.js?v=${workers}`, document.baseURI), { type: 'module' });
    const early = { worker, heard: [] };
    worker.onmessage = worker.onerror = worker.onmessageerror = (event) => {
      event.preventDefault();
      early.heard.push(event);
    };
    globalThis.mtlEarlyEngine = early;
  } catch {
    // The page tries again, and says what is wrong.
  }
}

async function start() {
  if (typeof WebAssembly !== 'object') {
    fail('This page needs WebAssembly, which this browser lacks or has switched off. Please use a current Chrome, Edge, Firefox or Safari.');
    return;
  }
  startEngine();
  let parts;
  try {
    parts = await Promise.all([import(address('./page.js')), load()]);
  } catch (error) {
    fail(`The page could not be loaded (${error?.message ?? error}). Please check the connection and load it again.`);
    return;
  }
  try {
    const [bindings, wasm] = parts;
    await bindings.default({ module_or_path: wasm });
    document.getElementById('loading')?.remove();
  } catch (error) {
    fail(`The page could not start (${error?.message ?? error}). Please load it again; if that does not help, use a current Chrome, Edge, Firefox or Safari.`);
    throw error;
  }
}

start();
