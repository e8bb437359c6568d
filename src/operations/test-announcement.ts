// A test announcement to every listener of an environment, at once and only once: what each answered, or why it could not
// be told. A listener needs nothing of Exchange, so nobody signs in there.

import type { ProbeView, TestAnnouncement } from '@contactsync/contract';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import type { ListenerKind, OutgoingAnnouncement, Told } from '../ports/announcements.ts';
import type { ProbeStep } from '../ports/contact-source.ts';
import { listenersOf } from './announce.ts';
import type { OperationsDependencies } from './dependencies.ts';
import { presentStep } from './probe-environment.ts';

const NAMES: Readonly<Record<ListenerKind, string>> = { webhook: 'Webhook', syslog: 'Syslog', file: 'File' };

/** Throws `nobodyToTell`. */
export async function testAnnouncement(
  environment: Environment,
  { connectListener, clock, newId }: Pick<OperationsDependencies, 'connectListener' | 'clock' | 'newId'>,
  signal: AbortSignal,
): Promise<ProbeView> {
  const listeners = listenersOf(environment);
  if (listeners.length === 0)
    throw new Failure('nobodyToTell', { details: { environment: environment.name } });
  const announcement = outgoing(environment, newId(), clock.now());
  const steps = await Promise.all(
    listeners.map(async (kind): Promise<ProbeStep> => {
      const name = NAMES[kind];
      try {
        const listener = await connectListener(environment, kind);
        const told = await listener?.tell(announcement, signal);
        return { name, ok: true, note: noteOf(kind, environment, told) };
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (signal.aborted || failure.facts.whoActs === 'us') throw thrown;
        return { name, ok: false, failure };
      }
    }),
  );
  return { ok: steps.every(({ ok }) => ok), steps: steps.map(presentStep) };
}

function outgoing({ name }: Environment, newId: string, at: Date): OutgoingAnnouncement {
  const id = `${newId} test`;
  const told: TestAnnouncement = { version: 1, id, event: 'test', at: at.toISOString(), environment: name };
  return { id, event: 'test', at, severity: 'info', text: JSON.stringify(told) };
}

/** Of the address of a webhook only the host: the rest may be what lets one in. */
function noteOf(kind: ListenerKind, { announce }: Environment, told: Told | undefined): string {
  const { webhook = '', syslog, file = '' } = announce ?? {};
  switch (kind) {
    case 'webhook':
      return `${new URL(webhook).host} answered ${told?.status ?? 'nothing'}`;
    case 'syslog':
      return `handed over to ${syslog?.host} over ${syslog?.transport}; a syslog server does not answer, so look there`;
    case 'file':
      return `a line at the end of ${file}`;
  }
}
