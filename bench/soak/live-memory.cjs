/**
 * Loaded before everything else (NODE_OPTIONS) into each process of a soak: collects all garbage now and then and writes down what
 * is left, as resident memory also has what the collector and the allocator have not given back yet.
 */
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const everyMs = 30_000;
const folder = process.env.ASSAY_SOAK_MEMORY;

if (folder && global.gc) {
  setInterval(() => {
    global.gc();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify({ heapUsed, external }));
  }, everyMs).unref();
}
