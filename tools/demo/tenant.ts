// The demo of a tenant: a test run, a run, some office life, the next run, a rollback, a lost ledger, a wrong filter.

import { contents, livingItems, nameOf, unequal } from './compare.ts';
import { Emulator } from './emulator.ts';
import { type Life, letLifeHappen, managedItems, personOf } from './life.ts';
import { heading, say } from './show.ts';
import type { Stage, Told } from './stage.ts';
import { exactly, type Mailboxes, sameMailboxes, World } from './world.ts';

const SIZE = { recipients: 300, mailboxes: 40 };
const POLICY = 'All staff';

export async function tellTenant(stage: Stage): Promise<Told> {
  const shown = stage.shown.bind(stage);
  heading('A tenant to play with');
  const emulator = await stage.starting(Emulator.start(stage.directory, SIZE));
  const { tenant } = emulator;
  say(
    `${tenant.initialDomain}, ${tenant.recipients} recipients, ${SIZE.mailboxes} user mailboxes, at ${tenant.url}`,
  );
  const world = new World(emulator);

  heading('Environment, certificate, policy');
  await setUp(stage, emulator);

  heading('A test run: what would happen');
  const untouched = await world.mailboxes();
  await world.counting('test run', () => shown(['run', POLICY, '--test'], 0, 40));
  world.checkNothingWritten('nothing was written', untouched, await world.mailboxes());

  heading('The first run');
  await world.counting('first run', () => shown(['run', POLICY], 0, 14));
  const filled = await world.mailboxes();
  const targets = [...filled].filter(([, box]) => managedItems(box).length > 0).map(([address]) => address);
  const waiting = await notProvisioned(stage);
  await checkFirstRun(world, untouched, filled, targets, waiting);

  heading('Life happens');
  const people = await world.people();
  const life = await letLifeHappen(emulator, people, filled, targets, waiting);
  const lived = await world.mailboxes();

  heading('The second run: exactly these changes');
  await world.counting('second run', () => shown(['run', POLICY], 0, 16));
  const second = await world.mailboxes();
  await checkSecondRun(world, life, filled, lived, second, targets, waiting);
  const secondRun = (await stage.newestRun()).slice(0, 8);

  heading('The third run: nothing left to do');
  await world.counting('third run', () => shown(['run', POLICY], 0, 8));
  world.checkNothingWritten('nothing was written', second, await world.mailboxes());

  heading('Roll the second run back');
  await world.counting('rollback', () => shown(['rollback', secondRun], 0, 14));
  const restored = await world.mailboxes();
  world.check('every mailbox holds what it held before the second run', sameContents(lived, restored));

  heading('Run again, then lose the ledger');
  await world.counting('run after rollback', () => shown(['run', POLICY], 0, 6));
  const again = await world.mailboxes();
  const lastRun = (await stage.newestRun()).slice(0, 8);
  const lastMailbox = targets.find((address) => address !== life.emptied) ?? '';
  world.check('every mailbox holds what the second run had left', sameContents(second, again));
  await shown(['ledger', 'forget'], 0);
  await world.counting('run without ledger', () => shown(['run', POLICY], 0, 8));
  world.checkNothingWritten('nothing was written, nothing is there twice', again, await world.mailboxes());

  heading('A wrong filter meets the brake');
  await meetTheBrake(stage, world, again);

  stage.summary(world, 20);
  return { failures: world.failures, whatNext: () => whatNext(stage, emulator, lastRun, lastMailbox) };
}

/** Mailboxes that a run passed over because they do not exist yet (15010). */
async function notProvisioned({ product }: Stage): Promise<readonly string[]> {
  const report = await product.json<{
    perMailbox: { primarySmtpAddress: string; failures: { number: number }[] }[];
  }>(['run', 'show', 'last']);
  return report.perMailbox
    .filter(({ failures }) => failures.some(({ number }) => number === 15010))
    .map(({ primarySmtpAddress }) => primarySmtpAddress);
}

async function setUp(stage: Stage, emulator: Emulator): Promise<void> {
  const { tenant } = emulator;
  const environment = await stage.product.json<{ text: string }>([
    ...['environment', 'new', 'contoso', '--organization', tenant.initialDomain],
    ...['--application-id', tenant.clientId],
  ]);
  // Only an emulator needs the next lines: other hosts, and a certificate authority of its own.
  const environmentFile = stage.write(
    'contoso.yaml',
    `${environment.text}  endpoints: { login: ${tenant.url}, graph: ${tenant.url}, exchange: ${tenant.url} }
defaultCountry: DE
additionalCaFile: ${JSON.stringify(tenant.caFile)}
`,
  );
  await stage.shown(['environment', 'apply', environmentFile], 0);
  await stage.useNewCertificate(emulator, 'contoso');
  await stage.shown(['environment', 'test', 'contoso'], 0);
  const policy = await stage.product.json<{ text: string }>([
    ...['policy', 'new', POLICY, '--environment', 'contoso'],
  ]);
  await stage.shown(['policy', 'apply', stage.write('all-staff.yaml', policy.text)], 0);
  await stage.shown(['count', POLICY], 0);
}

async function checkFirstRun(
  world: World,
  before: Mailboxes,
  after: Mailboxes,
  targets: readonly string[],
  waiting: readonly string[],
): Promise<void> {
  const sizes = targets.map(
    (address) => managedItems(after.get(address) ?? { folders: [], items: [] }).length,
  );
  world.check(
    `${targets.length} mailboxes are filled, with ${Math.min(...sizes)} to ${Math.max(...sizes)} contacts each`,
    targets.length + waiting.length === 20 ? [] : ['the trial has room for 20 mailboxes'],
  );
  if (waiting.length > 0) say(`(${waiting.join(', ')}: not provisioned yet, which is a notice and no error)`);
  const people = await world.people();
  world.check(
    'nobody got their own contact',
    targets.filter((address) =>
      managedItems(after.get(address) ?? { folders: [], items: [] }).some((item) =>
        JSON.stringify(item.properties.emailAddresses ?? '').includes(
          `"${personOf(people, address).primarySmtpAddress}"`,
        ),
      ),
    ),
  );
  const others = new Map([...before].filter(([address]) => !targets.includes(address)));
  world.check(`${others.size} other mailboxes were not touched`, sameMailboxes(others, after));
  world.check("the users' own contacts are as they were", foreignItems(before, after));
}

/** Every item that was there before stands unchanged, byte by byte. */
function foreignItems(before: Mailboxes, after: Mailboxes): readonly string[] {
  return [...before].flatMap(([address, box]) =>
    box.items
      .filter((item) => {
        const now = after.get(address)?.items.find((one) => one.immutableId === item.immutableId);
        return JSON.stringify(now) !== JSON.stringify(item);
      })
      .map((item) => `${address}: ${nameOf(item)}`),
  );
}

async function checkSecondRun(
  world: World,
  life: Life,
  filled: Mailboxes,
  before: Mailboxes,
  after: Mailboxes,
  targets: readonly string[],
  waiting: readonly string[],
): Promise<void> {
  const box = (all: Mailboxes, address: string) => all.get(address) ?? { folders: [], items: [] };
  world.check(
    `in ${targets.length} mailboxes exactly what life asked for was written, item by item and field by field`,
    targets.flatMap((address) =>
      exactly(address, life.expected.get(address) ?? [], box(before, address), box(after, address)),
    ),
  );
  const others = [...before.keys()].filter((address) => !targets.includes(address));
  const joining = others.filter((address) => managedItems(box(after, address)).length > 0);
  const successors = joining.filter((address) => !waiting.includes(address));
  world.check(
    `the mailbox marked NoMailboxSync is empty; its place under the trial went to ${successors.join(', ')}`,
    successors.length === 1 && managedItems(box(after, life.emptied)).length === 0
      ? []
      : [`filled now: ${joining.join(', ')}`],
  );
  world.check(
    `what was provisioned meanwhile is filled: ${waiting.join(', ')}`,
    waiting.filter((address) => !joining.includes(address)),
  );
  const people = await world.people();
  world.check(
    'every filled mailbox holds everybody but its owner',
    [...targets, ...joining].flatMap((address) => {
      if (address === life.emptied) return [];
      const names = managedItems(box(after, address))
        .filter((item) => !life.foreign.some(({ immutableId }) => immutableId === item.immutableId))
        .map(nameOf);
      return unequal(everybodyBut(personOf(people, address).displayName, life, filled), names).map(
        (problem) => `${address}: ${problem}`,
      );
    }),
  );
  const rest = new Map(
    [...before].filter(([address]) => others.includes(address) && !joining.includes(address)),
  );
  world.check(`${rest.size} other mailboxes were not touched`, sameMailboxes(rest, after));
  world.check(
    'the copy and the contacts that users made themselves are byte by byte as they were',
    life.foreign
      .filter(({ address, immutableId }) => {
        const find = (all: Mailboxes) => livingItems(box(all, address)).get(immutableId);
        return find(before) === undefined || JSON.stringify(find(before)) !== JSON.stringify(find(after));
      })
      .map(({ address }) => address),
  );
}

/** Names of all people of the first run, with what happened since. */
function everybodyBut(owner: string, life: Life, filled: Mailboxes): readonly string[] {
  // In the union over all mailboxes every owner is somebody else's contact; people of one name count as often as in
  // the fullest mailbox.
  const most = new Map<string, number>();
  for (const box of filled.values()) {
    const names = Map.groupBy(managedItems(box), nameOf);
    for (const [name, items] of names) most.set(name, Math.max(most.get(name) ?? 0, items.length));
  }
  const names = [...most].flatMap(([name, times]) => Array.from({ length: times }, () => name));
  for (const { displayName } of life.gone) names.splice(names.indexOf(displayName), 1);
  for (const [old, now] of life.renamed) names.splice(names.indexOf(old), 1, now);
  names.push(...life.joined);
  const own = names.indexOf(owner);
  if (own >= 0) names.splice(own, 1);
  return names;
}

function sameContents(expected: Mailboxes, actual: Mailboxes): readonly string[] {
  return [...expected].flatMap(([address, box]) =>
    unequal(contents(box), contents(actual.get(address) ?? { folders: [], items: [] })).map(
      (problem) => `${address}: ${problem.slice(0, 300)}`,
    ),
  );
}

async function meetTheBrake(stage: Stage, world: World, before: Mailboxes): Promise<void> {
  const shown = stage.shown.bind(stage);
  const good = await stage.product.json<{ text: string }>(['policy', 'export', POLICY]);
  const wrong = good.text.replace(
    /^( +)include: \[\]$/m,
    '$1include: [[{ property: department, operator: equals, value: Vertreib }]]',
  );
  if (wrong === good.text) throw new Error('the exported policy has no empty include list');
  const file = stage.write('wrong.yaml', wrong);
  await shown(['policy', 'apply', file], 0);
  await world.counting('wrong filter', () => shown(['run', POLICY], 3, 20));
  world.checkNothingWritten(
    'nothing was written; the plan waits for an approval',
    before,
    await world.mailboxes(),
  );
  say('The filter is mended, and the waiting plan is superseded by the next run:');
  stage.write('wrong.yaml', good.text);
  await shown(['policy', 'apply', file], 0);
  await world.counting('mended filter', () => shown(['run', POLICY], 0, 8));
  world.checkNothingWritten('nothing was written', before, await world.mailboxes());
  await shown(['runs'], 0);
}

function whatNext(stage: Stage, emulator: Emulator, lastRun: string, mailbox: string): void {
  const { run, curl, url } = stage.commands(emulator);
  heading('Your turn');
  say('The tenant stays up until Ctrl-C. In another terminal, in this folder:');
  say(`  ${run} policy show "${POLICY}"`);
  say(`  ${run} explain "${POLICY}" --mailbox ${mailbox} --contact "Yuki Tanaka"`);
  say(`  ${run} rollback ${lastRun} --test`);
  say(`  ${run} run show ${lastRun} --html --output report.html`);
  say(`  ${run} count "${POLICY}" --all`);
  say('Change the tenant, and see what a run would do about it:');
  say(`  ${curl} ${url}/people/change -d '{"who":"joined.1@contoso.example","displayName":"Yuki Sato"}'`);
  say(`  ${run} run "${POLICY}" --test`);
}
