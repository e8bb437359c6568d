// Every call that the product makes over its ports and every request to a service, heard twice: before it goes out and
// after its answer came back. What hears it may end the process there.

import { subscribe } from 'node:diagnostics_channel';
import type { Connection, OperationsDependencies } from '../../src/operations/dependencies.ts';

export type Moment = 'before' | 'after';
/** `name` such as `journal.intend`, `target.applyChanges`, `lease.release`, `http.request`, `http.purge`. */
export type Heard = (name: string, moment: Moment) => void;

export function watch(dependencies: OperationsDependencies, heard: Heard): OperationsDependencies {
  const { journal, ledger, runs, memory, leases } = dependencies;
  return {
    ...dependencies,
    journal: watchPort('journal', journal, heard),
    ledger: watchPort('ledger', ledger, heard),
    runs: watchPort('runs', runs, heard),
    memory: watchPort('memory', memory, heard),
    leases: watchPort('leases', leases, heard),
    async connect(environment) {
      const connection = await dependencies.connect(environment);
      const { source, directory, targets } = connection;
      const watched: Connection = {
        source: watchPort('source', source, heard),
        directory: watchPort('directory', directory, heard),
        targets: watchPort('targets', targets, heard),
        close: () => connection.close(),
      };
      return watched;
    },
  };
}

function watchPort<T extends object>(port: string, thing: T, heard: Heard): T {
  return new Proxy(thing, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = `${port}.${String(name)}`;
      const answered = (answer: unknown): unknown => {
        heard(call, 'after');
        return watchHandle(answer, heard);
      };
      return (...args: unknown[]) => {
        heard(call, 'before');
        const answer: unknown = value.apply(target, args);
        return answer instanceof Promise ? answer.then(answered) : answered(answer);
      };
    },
  });
}

/** Opened mailboxes and leases are ports of their own. */
function watchHandle(answer: unknown, heard: Heard): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  if ('applyChanges' in answer) return watchPort('target', answer, heard);
  return 'release' in answer ? watchPort('lease', answer, heard) : answer;
}

/** A batch with the second step of hard deletions is called `http.purge`. */
export function hearRequests(heard: Heard): void {
  const nameOf = (message: unknown): string => {
    const { body } = (message as { request: { body?: unknown } }).request;
    const text = Buffer.isBuffer(body) ? body.toString() : body;
    return typeof text === 'string' && text.includes('permanentDelete') ? 'http.purge' : 'http.request';
  };
  subscribe('undici:request:create', (message) => heard(nameOf(message), 'before'));
  subscribe('undici:request:headers', (message) => heard(nameOf(message), 'after'));
  // EWS is asked over node:https.
  subscribe('http.client.request.start', () => heard('http.ews', 'before'));
  subscribe('http.client.response.finish', () => heard('http.ews', 'after'));
}
