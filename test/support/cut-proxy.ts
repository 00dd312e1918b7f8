import { connect, createServer, type AddressInfo, type NetConnectOpts, type Server, type Socket } from 'node:net';

/**
 * `refused`: connections are reset and new ones refused, as when a host is down. `silent`: connections stay open and no
 * byte passes, as when packets are dropped; after the mending, those that were open stay dead, as behind a firewall that
 * forgot them.
 */
export type Cut = 'refused' | 'silent';

/** A TCP proxy whose network can be cut and mended. */
export class CutProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private cutNow: Cut | null = null;
  private server: Server;

  private constructor(
    private readonly target: NetConnectOpts,
    readonly port: number,
    server: Server,
  ) {
    this.server = server;
  }

  static async open(target: NetConnectOpts): Promise<CutProxy> {
    const server = createServer();
    await listen(server, 0);
    const proxy = new CutProxy(target, (server.address() as AddressInfo).port, server);
    server.on('connection', (socket) => proxy.join(socket));
    return proxy;
  }

  async cut(kind: Cut): Promise<void> {
    this.cutNow = kind;
    if (kind === 'silent') {
      for (const pair of this.pairs) for (const socket of pair) socket.unpipe().pause();
      return;
    }
    const closed = new Promise((done) => this.server.close(done));
    for (const [near, far] of this.pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    await closed;
  }

  async mend(): Promise<void> {
    const was = this.cutNow;
    this.cutNow = null;
    if (was !== 'refused') return;
    this.server = createServer((socket) => this.join(socket));
    await listen(this.server, this.port);
  }

  async close(): Promise<void> {
    if (this.cutNow !== 'refused') await this.cut('refused');
  }

  private join(near: Socket): void {
    const far = connect(this.target);
    const pair = [near, far] as const;
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    if (this.cutNow === 'silent') return;
    near.pipe(far).pipe(near);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
