import { connect } from 'node:net';

/** A Redis that takes longer than this to answer a PING on a local socket is not ready for work. */
const answerTimeoutMs = 1_000;

/** True when a Redis behind this unix socket answers and has finished loading its data. */
export function pingRedis(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const finish = (ready: boolean): void => {
      connection.destroy();
      resolve(ready);
    };
    connection.setTimeout(answerTimeoutMs, () => finish(false));
    connection.once('error', () => finish(false));
    connection.once('data', (answer) => finish(answer.toString('latin1').startsWith('+PONG')));
    connection.once('connect', () => connection.write('PING\r\n'));
  });
}
