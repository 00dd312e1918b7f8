import type { Alteration } from '@assay/video';

/** What platforms and people do to a video on its way without meaning to hide anything. */
export const uploads: readonly { name: string; text: string; alteration: Alteration }[] = [
  { name: 'reencoded', text: 'encoded again, as by a platform (H.264, CRF 28)', alteration: { filter: null, crf: 28 } },
  {
    name: 'reencoded-hard',
    text: 'encoded again, as by a messenger (H.264, CRF 36)',
    alteration: { filter: null, crf: 36 },
  },
  {
    name: 'half-size',
    text: 'half as wide and high',
    alteration: { filter: 'scale=trunc(iw/4)*2:trunc(ih/4)*2', crf: 23 },
  },
  {
    name: 'cropped',
    text: 'a tenth of each side cut off',
    alteration: { filter: 'crop=trunc(iw*0.9/2)*2:trunc(ih*0.9/2)*2', crf: 23 },
  },
];
