import { describe, expect, it } from 'vitest';
import { activeDirectoryFailures } from '../../src/model/failure-codes/active-directory.ts';
import { configurationFailures } from '../../src/model/failure-codes/configuration.ts';
import { exchangeOnPremisesFailures } from '../../src/model/failure-codes/exchange-on-premises.ts';
import { exchangeOnlineFailures } from '../../src/model/failure-codes/exchange-online.ts';
import { licenseFailures } from '../../src/model/failure-codes/license.ts';
import { mailFailures } from '../../src/model/failure-codes/mail.ts';
import { queueFailures } from '../../src/model/failure-codes/queue.ts';
import { sourceFailures } from '../../src/model/failure-codes/source.ts';
import { storageFailures } from '../../src/model/failure-codes/storage.ts';
import { writingFailures } from '../../src/model/failure-codes/writing.ts';
import { ROOT, treeFiles } from '../tree.ts';
import { errorPages, FAILURE_GROUPS, failureList } from './error-pages.ts';
import { neverRaised, raisersOf } from './failure-raisers.ts';

const GROUP_FILES = {
  10: configurationFailures,
  11: activeDirectoryFailures,
  12: exchangeOnlineFailures,
  13: exchangeOnPremisesFailures,
  14: sourceFailures,
  15: writingFailures,
  16: licenseFailures,
  17: queueFailures,
  18: mailFailures,
  19: storageFailures,
} as const;

describe('failure numbers', () => {
  it('are unique', () => {
    const numbers = failureList.map(([, { number }]) => number);
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });

  it('lie in the range of their group, and every group is in the table', () => {
    for (const [thousand, group] of Object.entries(GROUP_FILES)) {
      expect(FAILURE_GROUPS[Number(thousand)]).toBeDefined();
      for (const [name, { number }] of Object.entries(group))
        expect(Math.floor(number / 1000), name).toBe(Number(thousand));
    }
    const inGroups = Object.values(GROUP_FILES).flatMap((group) => Object.keys(group));
    expect(inGroups.sort()).toEqual(failureList.map(([name]) => name).sort());
  });

  it.each(failureList)('%s has a sentence, causes and a remedy', (_name, { en }) => {
    expect(en.sentence).toMatch(/^[A-Z]?.{9,}\.$/);
    expect(en.causes.length).toBeGreaterThan(0);
    for (const cause of en.causes) expect(cause).toMatch(/^.{5,}[.;]$|^.{5,}\.$/);
    expect(en.remedy.length).toBeGreaterThan(10);
  });

  it('each has a page, and the index names it', () => {
    const pages = errorPages();
    for (const [, { number, en }] of failureList) {
      expect(pages.get(`${number}.md`)).toContain(`# ${number}: `);
      expect(pages.get('index.md')).toContain(`[${number}](${number}.md)`);
      expect(
        pages
          .get(`${number}.md`)
          ?.split('\n')
          .filter((line) => line.startsWith('- ')),
      ).toHaveLength(en.causes.length);
    }
    expect(pages.size).toBe(failureList.length + 1);
  });

  it('each is raised somewhere in the product', () => {
    const sources = treeFiles().filter((path) => /^src\/.*\.ts$/.test(path));
    expect(neverRaised(ROOT, sources)).toEqual([]);
  });
});

describe('raisers', () => {
  const found = (text: string, path = 'src/engine/x.ts', name = 'folderRefused') =>
    raisersOf(name, new Map([[path, text]]));

  it('are throws, outcomes and rows of failure tables', () => {
    expect(found("throw new Failure('folderRefused')")).toHaveLength(1);
    expect(found("{ status: 409, failure: 'folderRefused' }")).toHaveLength(1);
    expect(found("row(90002, 'folderRefused')")).toHaveLength(1);
  });

  it('are not questions, tests, or the table itself', () => {
    expect(found("if (failure.code === 'folderRefused') return;")).toEqual([]);
    expect(found("case 'folderRefused':")).toEqual([]);
    expect(found("throw new Failure('folderRefused')", 'src/engine/x.test.ts')).toEqual([]);
    expect(found("folderRefused: 'folderRefused'", 'src/model/failure-codes/writing.ts')).toEqual([]);
  });

  it('of a name that is a state as well must be unmistakable', () => {
    expect(found("setState(id, 'cancelled', at)", 'src/engine/x.ts', 'cancelled')).toEqual([]);
    expect(found("throw new Failure('cancelled')", 'src/engine/x.ts', 'cancelled')).toHaveLength(1);
  });
});
