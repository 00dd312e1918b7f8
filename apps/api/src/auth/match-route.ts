import type { Permission } from '@assay/contracts';
import { routePermissions } from './permissions';

const routes = Object.entries(routePermissions).map(([route, permission]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, pattern: patternOf(path), depth: path.split(':').length, route, permission };
});
// Names before parameters: `/v1/uploads/direct` is no upload.
routes.sort((a, b) => a.depth - b.depth);

export interface MatchedRoute {
  /** As in the table. */
  route: string;
  permission: Permission;
}

/** As lenient as the router itself: case and a slash at the end do not matter. @returns null for what is no route */
export function matchRoute(method: string, path: string): MatchedRoute | null {
  const matching = routes.filter(({ pattern }) => pattern.test(path));
  const own = matching.find((route) => route.method === method);
  // The router answers HEAD by GET where there is no HEAD.
  return own ?? (method === 'HEAD' ? (matching.find((route) => route.method === 'GET') ?? null) : null);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:[a-z]+/g, '[^/]+')}/?$`, 'i');
}
