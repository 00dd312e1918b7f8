export { coopPlugin } from './coop';
export { HmaBank, HmaError, type HmaSettings, type HmaSignals } from './hma/hma-bank';
export { forwardToOsprey, type OspreyMessage, ospreyTopic } from './osprey/forward';
export { type OspreyAction, ospreyActionOf } from './osprey/osprey-action';
