import { cropGeometry } from '../faces/crop-geometry';
import { appearanceOf } from '../faces/appearance';
import { decodeDetections } from '../faces/decode-detections';
import { RawFace } from '../faces/decoders/raw-face';
import { detectorInput, DetectorInput } from '../faces/detector-input';
import { lumaOf, measureCrop } from '../faces/measure-face';
import { measureQuality } from '../faces/quality';
import { pictureSignature } from '../tracks/picture-signature';
import { tensorDims } from './image-to-tensor';
import { DetectedFace, Detections, DetectTask, SharedPicture } from './messages';
import { Model, runModel } from './sessions';

/** Finds the faces of one picture and measures those that are large enough. */
export async function detectFaces(detector: Model, task: DetectTask): Promise<Detections> {
  const { picture, minSizePx, maxFaces } = task;
  const input = detectorInput(picture, detector.entry);
  const outputs = await runModel(
    detector,
    input.values,
    tensorDims(detector.entry.input, 1, input.width, input.height),
  );
  const raw = decodeDetections(outputs, detector.entry, input);
  const faces: DetectedFace[] = [];
  let [facesTooSmall, facesLeftOut] = [0, 0];
  for (const candidate of raw) {
    const face = measured(picture, input, candidate, minSizePx);
    if (face === 'too_small') facesTooSmall += 1;
    else if (faces.length < maxFaces) faces.push(face);
    else facesLeftOut += 1;
  }
  return { faces, facesSeen: raw.length, facesTooSmall, facesLeftOut, signature: pictureSignature(input.small) };
}

/** Maps a face to picture px and measures it. Landmarks too close for a crop mean a face too small. */
function measured(
  picture: SharedPicture,
  { scaleX, scaleY }: DetectorInput,
  raw: RawFace,
  minSizePx: number,
): DetectedFace | 'too_small' {
  // Detector px cover scale x scale picture px, and pixel centres are whole numbers on both sides.
  const toX = (x: number) => (x + 0.5) * scaleX - 0.5;
  const toY = (y: number) => (y + 0.5) * scaleY - 0.5;
  const landmarks = raw.landmarks.map((value, index) => (index % 2 === 0 ? toX(value) : toY(value)));
  const geometry = cropGeometry(landmarks);
  if (!geometry || geometry.faceSize < minSizePx) return 'too_small';
  const crop = measureCrop(picture, geometry);
  const x = raw.x1 * scaleX;
  const y = raw.y1 * scaleY;
  return {
    box: [x, y, (raw.x2 - raw.x1) * scaleX, (raw.y2 - raw.y1) * scaleY],
    landmarks,
    score: raw.score,
    quality: measureQuality(geometry, landmarks, lumaOf(crop), raw.score),
    appearance: appearanceOf(crop),
  };
}
