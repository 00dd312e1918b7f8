/** The floors of the house: imports point down only (apps > pipeline > forensics, video, storage > contracts). */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(libs|apps)/', pathNot: [...allowed, from] },
});
module.exports = {
  forbidden: [
    only('contracts-stand-alone', '^libs/contracts/', []),
    only('video-knows-contracts-only', '^libs/video/', ['^libs/contracts/']),
    only('forensics-knows-contracts-only', '^libs/forensics/', ['^libs/contracts/']),
    only('storage-knows-contracts-only', '^libs/storage/', ['^libs/contracts/']),
    only('fingerprint-stands-alone', '^libs/fingerprint/', []),
    only('provenance-knows-contracts-only', '^libs/provenance/', ['^libs/contracts/']),
    only('evaluation-knows-contracts-only', '^libs/evaluation/', ['^libs/contracts/']),
    only('fetch-media-stands-alone', '^libs/fetch-media/', []),
    only('client-knows-contracts-only', '^libs/client/', ['^libs/contracts/']),
    only('adapters-know-client-and-contracts', '^libs/adapters/', ['^libs/(client|contracts)/']),
    only('wording-knows-contracts-only', '^libs/wording/', ['^libs/contracts/']),
    only('pipeline-is-below-apps', '^libs/pipeline/', ['^libs/']),
    { name: 'nest-in-apps-alone', severity: 'error', from: { path: '^libs/' }, to: { path: 'node_modules/@nestjs' } },
    { name: 'no-onnx-in-video', severity: 'error', from: { path: '^libs/video/' }, to: { path: 'onnxruntime' } },
    {
      name: 'no-queue-in-forensics',
      severity: 'error',
      from: { path: '^libs/(forensics|video)/' },
      to: { path: 'node_modules/(bullmq|ioredis|@aws-sdk)' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(dist/|\\.spec\\.ts$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.depcruise.json' },
    combinedDependencies: true,
  },
};
