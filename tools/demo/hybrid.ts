// The demo of a hybrid organization: three policies fill mailboxes on both sides, a mailbox moves to the cloud, people and
// contacts change, a policy changes directories. Without Samba its online half is told, and how to get the other.

import { needs } from '../../test/needs.ts';
import { boxOf, checkContents, sameContents } from './hybrid-checks.ts';
import { GREEN, HybridCompany, nameOfPerson, type Person } from './hybrid-company.ts';
import { applyStaffPolicy, ENVIRONMENT, POLICIES, setUpEnvironment, setUpPolicies } from './hybrid-setup.ts';
import { heading, say } from './show.ts';
import type { Stage, Told } from './stage.ts';
import { exactly, World } from './world.ts';

export async function tellHybrid(stage: Stage, maySamba: boolean): Promise<Told> {
  const samba = needs.samba();
  const hasDirectory = samba.available && maySamba;
  heading(hasDirectory ? 'A company in the building and in the cloud' : 'The cloud half of a company');
  if (!hasDirectory) say(`No ${samba.name} here: only the online half is shown.`);
  const company = await HybridCompany.start(stage, hasDirectory);
  introduce(company);
  const world = new World(company.emulator);

  heading('One environment, three policies');
  await setUpEnvironment(stage, company);
  await setUpPolicies(stage, company);

  heading('A test run: what would happen');
  const untouched = await world.mailboxes();
  await world.counting('test run', () => stage.shown(['run', 'All staff', '--test'], 0, 18));
  world.checkNothingWritten('nothing was written', untouched, await world.mailboxes());

  heading('The first run of each policy');
  await runAll(stage, world, 'first run');
  const filled = await world.mailboxes();
  await checkContents(company, world, targets(company), untouched, filled);

  heading('A mailbox moves to the cloud');
  const mover = company.named('Anna');
  await company.moveToCloud(mover);
  say(`${mover.address} is in Exchange Online now; every id in it is another one.`);
  const moved = await world.mailboxes();
  await runAll(stage, world, 'after the move', 6);
  const arrived = await world.mailboxes();
  if (company.directory === undefined) await checkContents(company, world, targets(company), moved, arrived);
  else {
    world.checkNothingWritten('nothing was written: the moved contacts are recognized', moved, arrived);
    world.check('the mailbox holds what it held in the building', sameContents(filled, arrived));
  }

  heading('Life happens on both sides');
  const expected = await letLifeHappen(company);
  const lived = await world.mailboxes();
  await runAll(stage, world, 'after changes', 8);
  const followed = await world.mailboxes();
  world.check(
    'exactly these changes were written, item by item and field by field',
    targets(company).flatMap((one) =>
      exactly(one.address, expected(one), boxOf(lived, one), boxOf(followed, one)),
    ),
  );
  await checkContents(company, world, targets(company), lived, followed);

  if (company.directory !== undefined) await changeDirectories(stage, world);

  if (!hasDirectory) {
    heading('The other half');
    say('Active Directory and the mailboxes in the building come with Samba; on Debian, as root:');
    say(`  ${samba.installCommand}`);
  }
  stage.summary(world, targets(company).length);
  return { failures: world.failures, whatNext: () => whatNext(stage, company) };
}

/** Whose mailbox the policies fill: without the servers in the building only those in the cloud. */
function targets(company: HybridCompany): readonly Person[] {
  return company.directory === undefined
    ? company.people.filter(({ side }) => side === 'online')
    : company.people;
}

function introduce(company: HybridCompany): void {
  for (const side of ['onPremises', 'online'] as const) {
    const names = company.people.filter((one) => one.side === side).map(nameOfPerson);
    say(`${side === 'online' ? 'in the cloud:   ' : 'in the building:'} ${names.join(', ')}`);
  }
  say(`shared mailbox: ${company.customers.map(({ name }) => name).join(', ')}`);
  say(`public folder:   ${company.suppliers.map(({ name }) => name).join(', ')}`);
}

async function runAll(stage: Stage, world: World, step: string, longest = 14): Promise<void> {
  await world.counting(step, async () => {
    for (const policy of POLICIES) await stage.shown(['run', policy], 0, longest);
  });
}

/** What each mailbox must see of it, as compare.ts describes differences. */
async function letLifeHappen(company: HybridCompany): Promise<(owner: Person) => readonly string[]> {
  const renamed = company.named('Bruno');
  const pictured = company.named('Elif');
  const before = nameOfPerson(renamed);
  await company.rename(renamed, 'Lindqvist');
  say(`renamed: ${before} is now ${nameOfPerson(renamed)}`);
  await company.takePhoto(pictured, GREEN);
  say(`a new photo: ${nameOfPerson(pictured)}`);
  await company.winCustomer({ name: 'Wingtip Toys', company: 'Wingtip', phone: '+493019333' });
  say('a new contact in the shared mailbox: Wingtip Toys');
  await company.loseSupplier('Tailspin Paper');
  say('deleted in the public folder: Tailspin Paper');
  return (owner) => [
    ...(owner === renamed
      ? []
      : [`changed ${nameOfPerson(renamed)}: displayName, emailAddresses, fileAs, surname`]),
    ...(owner === pictured ? [] : [`changed ${nameOfPerson(pictured)}: `]),
    'created Wingtip Toys',
    'deleted Tailspin Paper',
  ];
}

async function changeDirectories(stage: Stage, world: World): Promise<void> {
  heading('A policy changes from Active Directory to the tenant');
  const before = await world.mailboxes();
  await applyStaffPolicy(stage, 'exchangeOnline');
  await world.counting('other directory', () => stage.shown(['run', 'All staff'], 0, 12));
  world.check(
    'everybody is recognized: nothing is there twice, nothing went, nothing else is written',
    sameContents(before, await world.mailboxes()),
  );
}

function whatNext(stage: Stage, company: HybridCompany): void {
  const { run, curl, url } = stage.commands(company.emulator);
  const [owner] = targets(company);
  heading('Your turn');
  say('The servers stay up until Ctrl-C. In another terminal, in this folder:');
  say(`  ${run} environment test ${ENVIRONMENT}`);
  say(`  ${run} explain "All staff" --mailbox ${owner?.address} --contact "Fumiko Sato"`);
  say(`  ${run} runs`);
  say('Move a mailbox into the building, and see that a run does nothing about its contacts:');
  say(`  ${curl} ${url}/mailbox/move -d '{"mailbox":"${company.named('Elif').address}","to":"onPremises"}'`);
  say(`  ${run} run "Customers" --test`);
}
