export interface S3StoreSettings {
  /** Without it: AWS. */
  endpoint?: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`: what most servers but AWS need. */
  forcePathStyle?: boolean;
  /** Put before every key, for a bucket shared with others: `assay/`. Default none. */
  prefix?: string;
  /** A request that moves no byte for this long is given up, ms. Default 30,000. */
  socketTimeoutMs?: number;
  /** Told of the bytes of objects as they come, in whatever way they are read. */
  onRead?: (bytes: number) => void;
  /** Where `localFile` puts its copies. Default: the system's temporary folder. */
  temporaryFolder?: string;
}
