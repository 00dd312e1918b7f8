export { fetchMedia } from './fetch-media';
export { type FetchMediaCode, FetchMediaError } from './fetch-media-error';
export { isGlobalAddress } from './global-address';
export { isNetwork, privateNetworks } from './networks';
export { nameOfUrl } from './parse-media-url';
export type { FetchMediaSettings, ResolvedAddress } from './settings';
