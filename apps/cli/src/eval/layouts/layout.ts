/** Parts that data sets come in, as this program calls them. */
export const splitNames = ['train', 'val', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** H.264 of FaceForensics++: constant rate factor 23 or 40, or as good as lossless. */
export const compressions = ['raw', 'c23', 'c40'] as const;
export type Compression = (typeof compressions)[number];

/** One thing to score, as a data set's folders and lists tell it. */
export interface LayoutRow {
  /** A file, or a folder of frames; relative to the root. */
  file: string;
  label: 'real' | 'fake' | 'no_face';
  /** Method of forgery, or source of real footage. */
  family: string;
  /** Same footage or same person: drawn together in every bootstrap. */
  group: string;
  /** File names in `file`, in order of time, where it is a folder of frames. */
  frames?: readonly string[];
  /** What else is known of it: columns for `--slice`. */
  columns?: Readonly<Record<string, string>>;
}

export interface LayoutRequest {
  compression: Compression;
  /** Null: whatever is there. */
  split: SplitName | null;
}

export interface LayoutRows {
  rows: LayoutRow[];
  /** What a person should know before trusting the figures, a sentence each. */
  notes: string[];
}

/** How one data set lies on a disk. One file each, which knows names of folders and files and nothing of scoring. */
export interface Layout {
  /** As its authors call it. */
  title: string;
  /** What a root has to hold, for people. */
  looksFor: string;
  /** Splits that it can tell apart; empty = none. */
  splits: readonly SplitName[];
  /** Whether it comes at several compressions. */
  compressed: boolean;
  /**
   * @returns rows in the order of names; none when `root` is not of this layout
   * @throws MissingPart when the root is right and a list that the request needs is not there
   */
  read(root: string, request: LayoutRequest): Promise<LayoutRows>;
}

/** The folder is one of the data set's, but lacks what was asked of it. */
export class MissingPart extends Error {
  override name = 'MissingPart';
}
