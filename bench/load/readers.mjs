import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

/** What a reader asks for, in turns: mostly how a scan stands, now and then a page of scans or a verdict. */
const turns = ['scan', 'scan', 'scan', 'list', 'scan', 'scan', 'verdict', 'scan', 'list', 'scan'];
const pageSize = 50;

/**
 * Clients that ask and wait, as dashboards and callers without webhooks do; each over a connection of its own.
 *
 * @param address `{url, key}` of the service
 * @param known ids of scans; those that have ended have a verdict. May grow while this runs.
 * @param thinkMs pause between an answer and the next question, on average
 * @returns milliseconds of every answer by its kind, errors by their text, and a way to stop
 */
export function startReaders({ url, key }, known, { clients, thinkMs }) {
  const agent = new Agent({ connections: clients, pipelining: 1 });
  const times = { scan: [], list: [], verdict: [] };
  const errors = new Map();
  let stopped = false;
  const paths = {
    scan: () => `/v1/scans/${any(known.all)}`,
    list: () => `/v1/scans?limit=${pageSize}`,
    verdict: () => `/v1/scans/${any(known.done)}/verdict`,
  };
  const one = async (kind) => {
    const began = performance.now();
    try {
      const response = await fetch(url + paths[kind](), { headers: { 'x-api-key': key }, dispatcher: agent });
      await response.arrayBuffer();
      times[kind].push(performance.now() - began);
      if (!response.ok) count(errors, `${kind}: ${response.status}`);
    } catch (error) {
      count(errors, `${kind}: ${error.cause?.code ?? error.message}`);
    }
  };
  const reader = async (number) => {
    await sleep(Math.random() * thinkMs);
    for (let turn = number; !stopped; turn += 1) {
      await one(turns[turn % turns.length]);
      await sleep(thinkMs * (0.5 + Math.random()));
    }
  };
  const running = Array.from({ length: clients }, (_, number) => reader(number));
  return {
    times,
    errors,
    async stop() {
      stopped = true;
      await Promise.all(running);
      await agent.close();
    },
  };
}

const any = (list) => list[Math.floor(Math.random() * list.length)];
const count = (counts, name) => counts.set(name, (counts.get(name) ?? 0) + 1);
