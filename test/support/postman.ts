import { convertV2 } from 'openapi-to-postmanv2';

/** Drawn anew at each conversion, and of no use: without them, the same description gives the same collection. */
const random = new Set(['id', '_postman_id', 'uid', 'originalRequest', 'response', 'event']);

/** Where a schema has these, a value that fits is drawn by chance: no placeholder. */
const drawnFrom = new Set(['pattern', 'enum']);

/** The published description as a Postman collection v2.1, a folder for each part of the API. */
export function postmanCollection(description: object): Promise<object> {
  // Placeholders such as `<string>` instead of values out of thin air.
  const options = { folderStrategy: 'Paths', parametersResolution: 'Schema', requestNameSource: 'Fallback' };
  return new Promise((resolve, reject) => {
    convertV2({ type: 'json', data: without(description, drawnFrom) as object }, options, (error, result) => {
      const [made] = result?.output ?? [];
      if (error || !result?.result || !made) reject(new Error(result?.reason ?? String(error)));
      else resolve(without(made.data, random) as object);
    });
  });
}

function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, names));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !names.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, without(item, names)]));
}
