export * from './bootstrap';
export * from './calibration';
export * from './coverage-risk';
export * from './decisions';
export { pairedDifferences } from './paired-differences';
export * from './ranking';
export { seededRandom } from './random';
export * from './sample';
export { within } from './within';
