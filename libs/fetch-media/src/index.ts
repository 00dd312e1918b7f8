export { fetchMedia } from './fetch-media';
export { type FetchMediaCode, FetchMediaError } from './fetch-media-error';
export { isGlobalAddress } from './global-address';
export { isNetwork, privateNetworks } from './networks';
export { nameOfUrl } from './parse-media-url';
export { assertMayPost, type PostAnswer, postMessage, type PostSettings } from './post-message';
export type { AddressSettings, FetchMediaSettings, ResolvedAddress } from './settings';
