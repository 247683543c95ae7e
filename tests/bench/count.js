// Counts what a page or a worker asks of WebGPU. Loaded before any engine, it wraps the prototypes,
// so that it also sees calls made through bindings that were looked up later. In a worker the
// counts go out over a BroadcastChannel whenever somebody asks; on a page they are read directly.
(() => {
  const counts = { dispatches: 0, submits: 0, readbacks: 0 };
  const wrap = (type, method, key) => {
    if (typeof type === "undefined" || !type.prototype[method]) return;
    const original = type.prototype[method];
    type.prototype[method] = function (...args) {
      counts[key] += 1;
      return original.apply(this, args);
    };
  };
  wrap(globalThis.GPUComputePassEncoder, "dispatchWorkgroups", "dispatches");
  wrap(globalThis.GPUComputePassEncoder, "dispatchWorkgroupsIndirect", "dispatches");
  wrap(globalThis.GPUQueue, "submit", "submits");
  wrap(globalThis.GPUBuffer, "mapAsync", "readbacks");
  globalThis.__gpuCounts = counts;
  if (typeof WorkerGlobalScope !== "undefined" && globalThis instanceof WorkerGlobalScope) {
    const channel = new BroadcastChannel("mtl-bench-gpu");
    channel.onmessage = (event) => {
      if (event.data === "read") channel.postMessage({ counts: { ...counts } });
    };
  }
})();
