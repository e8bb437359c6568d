// The server for whoever watches: what it answers to whom, and what it refuses.

import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../model/testing/failure-of.ts';
import { silentLog } from '../ports/log.ts';
import type { Complaints, Metric, Monitored, Monitoring } from '../ports/monitoring.ts';
import { metricsText } from './metrics-text.ts';
import { parseAddress, shared, startMonitoring } from './start-monitoring.ts';

let running: Monitoring[] = [];
afterEach(async () => {
  for (const monitoring of running) await monitoring.close();
  running = [];
});

const METRICS: readonly Metric[] = [
  {
    name: 'contactsync_runs_total',
    help: 'Line one\nand \\ two.',
    type: 'counter',
    samples: [{ labels: { policy: 'a"b\\c\nd', state: 'finished' }, value: 3 }],
  },
  { name: 'contactsync_none', help: 'None.', type: 'gauge', samples: [] },
];

async function start(changes: Partial<Monitored> = {}, hosts: readonly string[] = []): Promise<Monitoring> {
  const monitored: Monitored = {
    metrics: async () => METRICS,
    health: () => [],
    readiness: async () => [],
    ...changes,
  };
  const monitoring = await startMonitoring({ address: '127.0.0.1:0', hosts }, monitored, silentLog);
  running.push(monitoring);
  return monitoring;
}

interface Asked {
  readonly method?: string;
  readonly host?: string;
}

async function ask({ url }: Monitoring, path: string, { method = 'GET', host }: Asked = {}) {
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    request(`${url}${path}`, { method, headers, agent: false }, resolve).on('error', reject).end();
  });
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

describe('the server for whoever watches', () => {
  it('tells metrics, health and readiness, and nothing else', async () => {
    const monitoring = await start();
    expect(await ask(monitoring, '/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask(monitoring, '/readyz?verbose')).toMatchObject({ status: 200, body: 'ok\n' });
    const metrics = await ask(monitoring, '/metrics');
    expect(metrics.headers).toMatchObject({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(metrics.body).toContain('contactsync_runs_total{');
    expect(metrics.body).toContain('process_resident_memory_bytes ');
    for (const path of ['/', '/metrics/', '/../etc/passwd', '//healthz'])
      expect(await ask(monitoring, path), path).toMatchObject({ status: 404 });
  });

  it('answers also when somebody else opens all connections and says nothing', async () => {
    const answer = Promise.withResolvers<Complaints>();
    const isAsked = Promise.withResolvers<void>();
    const readiness = () => {
      isAsked.resolve();
      return answer.promise;
    };
    const monitoring = await start({ readiness });
    const asked = ask(monitoring, '/readyz');
    await isAsked.promise;
    const idle: Socket[] = [];
    for (let n = 0; n < 40; n += 1) {
      const socket = connect(Number(new URL(monitoring.url).port), '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      idle.push(socket);
    }
    expect(await ask(monitoring, '/healthz')).toMatchObject({ status: 200 });
    answer.resolve([]);
    expect(await asked).toMatchObject({ status: 200 });
    for (const socket of idle) socket.destroy();
  });

  it('says what is wrong', async () => {
    const wrong = (...complaints: string[]): Complaints => complaints;
    const monitoring = await start({
      health: () => wrong('stuck'),
      readiness: async () => wrong('no database', 'no lease'),
    });
    expect(await ask(monitoring, '/healthz')).toMatchObject({ status: 503, body: 'stuck\n' });
    expect(await ask(monitoring, '/readyz')).toMatchObject({ status: 503, body: 'no database\nno lease\n' });
  });

  it('answers GET and HEAD only', async () => {
    const monitoring = await start();
    expect(await ask(monitoring, '/healthz', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect(await ask(monitoring, '/metrics', { method })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
      });
  });

  it.each([
    ['127.0.0.1:9464', 200],
    ['localhost', 200],
    ['LOCALHOST.:80', 200],
    ['[::1]:9464', 200],
    ['192.0.2.7', 200],
    ['Monitor.contoso.example:9464', 200],
    ['attacker.example', 421],
    ['attacker.example:9464', 421],
    ['127.0.0.1.attacker.example', 421],
    ['localhost.attacker.example', 421],
    ['a@127.0.0.1', 421],
  ])('asked under the name "%s" answers %d', async (host, status) => {
    const monitoring = await start({}, ['monitor.contoso.example']);
    expect((await ask(monitoring, '/metrics', { host })).status).toBe(status);
  });

  it('is not ended by what fails inside, or by an asker who talks nonsense', async () => {
    const monitoring = await start({ metrics: () => Promise.reject(new Error('anna@contoso.example')) });
    expect(await ask(monitoring, '/metrics')).toMatchObject({ status: 503, body: 'not available\n' });
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(monitoring.url).port), '127.0.0.1', () =>
        socket.write('nonsense\r\n\r\n'),
      );
      socket
        .on('error', () => {})
        .on('close', () => resolve())
        .resume();
    });
    expect(await ask(monitoring, '/healthz')).toMatchObject({ status: 200 });
  });

  it('asks once for many who ask at once', async () => {
    let asked = 0;
    const gate = Promise.withResolvers<string>();
    const ask = shared(() => {
      asked += 1;
      return gate.promise;
    });
    const both = [ask(), ask()];
    gate.resolve('answer');
    expect(await Promise.all(both)).toEqual(['answer', 'answer']);
    expect(asked).toBe(1);
    await ask();
    expect(asked).toBe(2);
  });

  it('refuses an address that is taken with a number, and says who else may read', async () => {
    const monitoring = await start();
    expect(monitoring.isForThisComputerOnly).toBe(true);
    const place = { address: monitoring.url.slice('http://'.length), hosts: [] };
    const monitored: Monitored = { metrics: async () => [], health: () => [], readiness: async () => [] };
    expect(await failureOf(startMonitoring(place, monitored, silentLog))).toMatchObject({
      number: 17060,
      details: { reason: 'EADDRINUSE' },
    });
  });
});

describe('the address', () => {
  it.each([
    ['9464', '127.0.0.1', 9464],
    ['127.0.0.1:9464', '127.0.0.1', 9464],
    ['localhost:1', '127.0.0.1', 1],
    ['0.0.0.0:9464', '0.0.0.0', 9464],
    ['[::1]:9464', '::1', 9464],
  ])('%s', (address, host, port) => {
    expect(parseAddress(address)).toEqual({ host, port });
  });

  it.each([
    '',
    ':9464',
    'x',
    'monitor.contoso.example:9464',
    '127.0.0.1',
    '127.0.0.1:65536',
    '::1:9464',
    '[127.0.0.1]:1',
    '1:2:3',
  ])('refuses "%s"', (address) => {
    expect(() => parseAddress(address)).toThrow('17060');
  });
});

describe('the text', () => {
  it('is escaped as the format says', () => {
    expect(metricsText(METRICS)).toBe(
      [
        '# HELP contactsync_runs_total Line one\\nand \\\\ two.',
        '# TYPE contactsync_runs_total counter',
        'contactsync_runs_total{policy="a\\"b\\\\c\\nd",state="finished"} 3',
        '',
      ].join('\n'),
    );
  });

  it('knows numbers that are none', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 0.5];
    const samples = values.map((value) => ({ value }));
    const text = metricsText([{ name: 'a', help: '', type: 'gauge', samples }]);
    expect(text.split('\n').slice(2, -1)).toEqual(['a NaN', 'a +Inf', 'a -Inf', 'a 1e+21', 'a 0.5']);
  });
});
