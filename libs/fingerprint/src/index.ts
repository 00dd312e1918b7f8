export { allDihedral, type Dihedral } from './dihedral';
export { distance, type Hash256, hashBits, hashFromHex, hashToHex, hashWords, matchDistance } from './hash256';
export { luminance } from './luminance';
export { minQuality, pdqHash, type PdqResult, type Picture, quickPdqHash } from './pdq-hash';
export { type FrameHash, formatVideoHash, parseVideoHash } from './video-hash';
export { matchVideos, type VideoMatch } from './match-videos';
export { HashIndex, type IndexHit, maxRadius } from './hash-index';
export { loadIndex, saveIndex } from './save-index';
export type { Alignment, FrameMatch } from './align-videos';
export {
  type FindOptions,
  isKnown,
  type KnownItem,
  type KnownMatch,
  KnownMedia,
  minAlignedShare,
  type Relation,
  relationOf,
} from './known-media';
