import type { Express } from 'express';
import { isPublic, routePermissions } from './permissions';

interface Layer {
  route?: { path: unknown; methods: Record<string, boolean> };
}

/** Every route that the router has, `METHOD /path/:parameter`: the description leaves some out. */
export function routesOf(app: Express): string[] {
  const { stack } = (app as unknown as { router: { stack: Layer[] } }).router;
  return stack.flatMap(({ route }) =>
    route && typeof route.path === 'string'
      ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${String(route.path)}`)
      : [],
  );
}

/** @throws Error that names routes without a line in the table, and lines without a route */
export function assertTableComplete(app: Express): void {
  const routes = routesOf(app).filter((route) => !isPublic(route.split(' ')[1] ?? ''));
  const missing = routes.filter((route) => !(route in routePermissions));
  const stale = Object.keys(routePermissions).filter((route) => !routes.includes(route));
  if (missing.length + stale.length === 0) return;
  throw new Error(
    `The table of permissions lacks ${missing.join(', ') || 'nothing'}; no routes: ${stale.join(', ') || 'none'}.`,
  );
}
