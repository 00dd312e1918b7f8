import { apiChecker } from '../../apps/api/testing/api-checker';

/**
 * Holds all traffic of this process with one service against its published description: bodies that were taken, answers
 * that were given. One hook on `fetch`, which clients and tests alike go through.
 *
 * @param url origin of the service
 * @returns ends it. @throws when called, naming whatever was not as described
 */
export async function checkTraffic(url: string): Promise<() => void> {
  const checker = await apiChecker(url);
  const plain = globalThis.fetch;
  const faults = new Set<string>();
  globalThis.fetch = async (input, init) => {
    const response = await plain(input, init);
    const address = input instanceof Request ? input.url : String(input);
    if (!address.startsWith(`${url}/`)) return response;
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const { pathname } = new URL(address);
    const isJson = new Headers(init?.headers).get('content-type')?.startsWith('application/json');
    const body = isJson && typeof init?.body === 'string' ? init.body : null;
    // Read beside the test, which may read slowly or give up: neither is a fault of the description.
    const fault = await checker.faultOf(method, pathname, body, response).catch(() => null);
    if (fault) faults.add(fault);
    return response;
  };
  return () => {
    globalThis.fetch = plain;
    if (faults.size > 0) throw new Error(`not as /docs/openapi.json says:\n${[...faults].join('\n')}`);
  };
}
