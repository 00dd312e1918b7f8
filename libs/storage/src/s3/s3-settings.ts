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
  /** Where `localFile` puts its copies. Default: the system's temporary folder. */
  temporaryFolder?: string;
}
