// Tests see a copy of the environment; what onnxruntime reads when it is loaded is set here, see `no-telemetry.ts`.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const swc = {
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};
/**
 * Published as ES modules alone, or loading parts by `import()`: Node does so from CommonJS, jest has to have them turned
 * into it.
 */
const esModules = '(@tus|srvx|jose|@opentelemetry/otlp-exporter-base)';

const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.tsx?$': ['@swc/jest', swc],
    [`/node_modules/${esModules}/.+\\.m?js$`]: [
      '@swc/jest',
      { jsc: { target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!${esModules}/)`],
  moduleNameMapper: {
    '^@assay/(adapters|contracts|video|forensics|storage|pipeline|client|evaluation|fetch-media|fingerprint|provenance|wording)$':
      '<rootDir>/libs/$1/src',
    '^@assay/(api|worker|cli)$': '<rootDir>/apps/$1/src',
  },
  testTimeout: 60_000,
};
/** Unit tests sit beside the source; what crosses processes lives in test/. Worker threads load the built dist/. */
module.exports = {
  ...common,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
};
