export { type Alteration, cropFilter, type Cut, cutRegion, type Region } from './cut-region';
export type { DecodeEnd, Frame } from './frame';
export { attackAlteration, type VideoAttack, videoAttackNames } from './attacks';
export { allocatorSettings } from './large-pages';
export { joinFrames } from './join-frames';
export { decodeSegment } from './decode-segment';
export type { MediaSource, ServedMedia } from './input-arguments';
export { frameBudget } from './frame-budget';
export {
  type Perturbation,
  perturbationAlteration,
  type PerturbationKind,
  perturbationLevelNumbers,
  perturbationLevels,
} from './perturbations';
export { planFrames } from './plan-frames';
export { planFromPackets } from './plan-from-packets';
export { probeMedia, type Probed } from './probe-media';
export { type LumaFrame, type LumaSampling, sampleLuma } from './sample-luma';
export { type Thumbnail, thumbnailSide, type ThumbnailWish } from './thumbnails';
export { lowerSession } from './session-priority';
export { sniff, sniffBytes } from './sniff';
export { ToolKilledError } from './tool-killed-error';
export { toolVersions } from './tool-versions';
