'use strict';
// Loaded with --require into every Node process and thread of a recorded scan; see record.mjs.
const Module = require('node:module');
const { createHash } = require('node:crypto');
const { appendFileSync } = require('node:fs');

const load = Module._load;
let patched = false;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request === 'onnxruntime-node' && !patched) {
    patched = true;
    const { InferenceSession } = loaded;
    const create = InferenceSession.create;
    InferenceSession.create = async function (model, ...options) {
      const session = await create.call(this, model, ...options);
      const sha256 = createHash('sha256').update(model).digest('hex');
      const run = session.run;
      session.run = function (feeds, ...others) {
        const [[input, { dims }]] = Object.entries(feeds);
        appendFileSync(process.env.ASSAY_BENCH_RUNS, `${JSON.stringify({ sha256, input, dims })}\n`);
        return run.call(this, feeds, ...others);
      };
      return session;
    };
  }
  return loaded;
};
