// The files of packaging/: read by what will read them, as far as it is here, and in agreement with the program.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { floorOf } from '../../tools/package/entry.ts';
import { ROOT } from '../../tools/tree.ts';
import { needs, titleWith } from '../needs.ts';

const read = (file: string) => readFileSync(join(ROOT, 'packaging', file), 'utf8');
const UNIT = read('systemd/contactsync.service');
const PROGRAM = '/opt/contactsync/bin/contactsync';

describe.runIf(needs.systemdAnalyze().available)(
  titleWith(needs.systemdAnalyze(), 'systemd reads the unit'),
  () => {
    function verify(unit: string) {
      const isTimer = unit.includes('[Timer]');
      const name = isTimer ? 'contactsync-backup.timer' : 'contactsync.service';
      const folder = mkdtempSync(join(tmpdir(), 'contactsync-unit-'));
      try {
        const file = join(folder, name);
        // Whether the program is there is asked, too, and whether a timer has something to start.
        writeFileSync(file, unit.replace(PROGRAM, process.execPath));
        if (isTimer)
          writeFileSync(join(folder, 'contactsync-backup.service'), '[Service]\nExecStart=/bin/true\n');
        const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
          encoding: 'utf8',
        });
        const complaints = stderr.split('\n').filter((line) => line.includes(name));
        return { status, complaints };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }

    it.each([
      ['service', UNIT],
      ['backup', read('systemd/contactsync-backup.service')],
      ['timer', read('systemd/contactsync-backup.timer')],
    ])('%s without a complaint', (_, unit) => {
      expect(verify(unit)).toEqual({ status: 0, complaints: [] });
    });

    it('and complains about what it does not know', () => {
      expect(verify(UNIT.replace('KillMode=mixed', 'KillMood=mixed')).complaints).toHaveLength(1);
    });
  },
);

describe('the files for services', () => {
  it('start the program that the manual installs', () => {
    expect(UNIT).toContain(`ExecStart=${PROGRAM} serve\n`);
    expect(readFileSync(join(ROOT, 'docs', 'manual', 'install.md'), 'utf8')).toContain(` ${PROGRAM} `);
  });

  it('of Windows are XML with one service', () => {
    const names: string[] = [];
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ name }) => names.push(name));
    parser.write(read('windows/contactsync.xml')).close();
    expect(names.slice(0, 2)).toEqual(['service', 'id']);
    expect(names).toEqual(expect.arrayContaining(['executable', 'serviceaccount', 'stoptimeout']));
  });

  it('of Compose name the Dockerfile that is there, and only secrets and volumes that they declare', () => {
    const compose = parse(read('docker/compose.yaml')) as {
      readonly services: {
        readonly contactsync: {
          readonly build: { readonly context: string; readonly dockerfile: string };
          readonly secrets: readonly string[];
          readonly volumes: readonly string[];
        };
      };
      readonly secrets: Readonly<Record<string, unknown>>;
      readonly volumes: Readonly<Record<string, unknown>>;
    };
    const { build, secrets, volumes } = compose.services.contactsync;
    expect(readFileSync(join(ROOT, 'packaging', 'docker', build.context, build.dockerfile), 'utf8')).toBe(
      read('docker/Dockerfile'),
    );
    expect(Object.keys(compose.secrets)).toEqual(secrets);
    expect(Object.keys(compose.volumes)).toEqual(volumes.map((volume) => volume.split(':')[0]));
  });

  it('of Docker take a Node that is new enough', () => {
    const majors = [...read('docker/Dockerfile').matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => major);
    expect(majors).toEqual(Array(2).fill(String(floorOf(packageJson.engines.node).major)));
  });
});
