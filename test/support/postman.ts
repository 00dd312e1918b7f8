import { convertV2 } from 'openapi-to-postmanv2';

/** Drawn anew at each conversion, and of no use: without them, the same description gives the same collection. */
const random = new Set(['id', '_postman_id', 'uid', 'originalRequest', 'response', 'event']);

/** The published description as a Postman collection v2.1, a folder for each part of the API. */
export function postmanCollection(description: object): Promise<object> {
  // Placeholders such as `<string>` instead of values out of thin air.
  const options = { folderStrategy: 'Paths', parametersResolution: 'Schema', requestNameSource: 'Fallback' };
  return new Promise((resolve, reject) => {
    convertV2({ type: 'json', data: description }, options, (error, result) => {
      const [made] = result?.output ?? [];
      if (error || !result?.result || !made) reject(new Error(result?.reason ?? String(error)));
      else resolve(withoutRandom(made.data) as object);
    });
  });
}

function withoutRandom(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRandom);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, item]) => !(random.has(name) && typeof item !== 'number' && name !== 'key'),
  );
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutRandom(item)]));
}
