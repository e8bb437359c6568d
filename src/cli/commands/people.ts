// where, remove, release, withheld: one person's data in all mailboxes.

import {
  type MergedPersonView,
  OperationError,
  type PersonPlaceView,
  type PersonView,
  type WhereView,
} from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { EXIT, exitCodeOfFailure } from '../exit-codes.ts';
import { failureLine, failureLines } from '../failure-text.ts';
import { followTo, type ShownRun } from '../follow-run.ts';
import { table } from '../table.ts';
import { count, type Paint, visible } from '../terminal-text.ts';

const PERSON = 'mail address, full name or id';

export function addPeopleCommands(program: Command, context: CliContext): void {
  program
    .command('where')
    .description("List every mailbox that holds a person's data.")
    .argument('<person>', PERSON)
    .option('--read', 'look into the mailboxes instead of into the ledger')
    .addHelpText('after', examples('where erika@contoso.example', 'where "Erika Mustermann" --read'))
    .action(async (person: string, options: { read?: boolean }) => {
      const { people } = await context.operations();
      const found = await people.where({ person, isReading: options.read === true });
      if (found.places.some(({ failure }) => failure !== undefined)) context.end(EXIT.finishedWithErrors);
      context.show(found, () => whereLines(found, context.paint));
    });

  program
    .command('remove')
    .description(
      'Remove a person from every mailbox, and keep the person out of every policy until released. Contacts that a user edited go to Deleted Items, all others for good.',
    )
    .argument('<person>', PERSON)
    .option('--test', 'write nothing: show what would be removed')
    .option('--all', 'show everything instead of the beginning of long lists')
    .addHelpText('after', examples('remove erika@contoso.example --test', 'remove erika@contoso.example'))
    .action(async (person: string, options: { test?: boolean; all?: boolean }) => {
      const { people } = await context.operations();
      const isTest = options.test === true;
      const found = await people.where({ person });
      if (!isTest) await people.withhold(found.person.id);
      const policies = new Map(found.places.map((place) => [place.policyId, policyText(place)]));
      if (!context.isJson) context.print(beginning(found, [...policies.values()], isTest));
      const runs: ShownRun[] = [];
      for (const policyId of policies.keys()) {
        const mode = isTest ? 'test' : 'run';
        try {
          runs.push(
            await followTo(
              context,
              await people.remove({ person: found.person.id, policyId, mode }),
              options,
            ),
          );
        } catch (thrown) {
          // The person is withheld already, and the next run of that policy removes what is left.
          if (!(thrown instanceof OperationError)) throw thrown;
          context.end(exitCodeOfFailure(thrown.failure));
          context.terminal.error(`${failureLines(thrown.failure, context.paint).join('\n')}\n`);
        }
      }
      context.show({ person: found.person, runs }, () => [
        '',
        ...handedOverLines(found),
        ...(isTest ? [] : [`To let the person in again: contactsync release ${found.person.id}`]),
      ]);
    });

  program
    .command('withheld')
    .description('List the people who were removed and not released.')
    .addHelpText('after', examples('withheld'))
    .action(async () => {
      const { people } = await context.operations();
      const withheld = await people.withheld();
      context.show({ withheld }, () =>
        withheld.length === 0
          ? ['Nobody is withheld.']
          : table(
              withheld,
              [
                { title: 'PERSON', value: ({ label }) => label, maxWidth: 40 },
                { title: 'SINCE', value: ({ since }) => since.slice(0, 16).replace('T', ' ') },
                { title: 'BY', value: ({ by }) => by, maxWidth: 20 },
                { title: 'ID', value: ({ id }) => id },
              ],
              context.paint,
            ),
      );
    });

  program
    .command('release')
    .description('Let a person in again who was removed: the next runs may select the person.')
    .argument('<person>', PERSON)
    .addHelpText('after', examples('withheld', 'release "Erika Mustermann"'))
    .action(async (person: string) => {
      const released = await (await context.operations()).people.release(person);
      context.show({ person: released }, () => [
        `${visible(released.label)} is released. The next runs copy the person where policies select it.`,
      ]);
    });
}

function whereLines({ person, places, merged, handedOver, withheld }: WhereView, paint: Paint): string[] {
  const held = places.filter(({ state }) => state === 'held');
  const unknown = places.filter(({ state }) => state === 'unknown');
  return [
    personLine(person),
    ...(withheld === undefined
      ? []
      : [`withheld since ${withheld.since.slice(0, 16).replace('T', ' ')} by ${visible(withheld.by)}`]),
    '',
    ...(held.length === 0
      ? ['No mailbox is known to hold a contact of this person.']
      : placeTable(held, paint)),
    ...unknownLines(unknown),
    ...merged.flatMap((one) => mergedLines(one, paint)),
    ...handedOverLines({ handedOver }),
  ];
}

function mergedLines({ person, mergedWith, places }: MergedPersonView, paint: Paint): string[] {
  const held = places.filter(({ state }) => state === 'held');
  const unknown = places.filter(({ state }) => state === 'unknown');
  const names = mergedWith.map((name) => `"${visible(name)}"`).join(', ');
  return [
    '',
    `Merged by address with the contact of another policy, which may hold values from ${names}, too:`,
    personLine(person),
    ...(held.length === 0 ? [] : placeTable(held, paint)),
    ...unknownLines(unknown),
    `"remove" takes this person out for itself: contactsync remove ${person.id}`,
  ];
}

function placeTable(held: readonly PersonPlaceView[], paint: Paint): readonly string[] {
  return table(
    held,
    [
      { title: 'MAILBOX', value: ({ primarySmtpAddress }) => primarySmtpAddress, maxWidth: 60 },
      { title: 'POLICY', value: policyText, maxWidth: 40 },
      { title: 'ITEMS', value: itemsText, align: 'right' },
    ],
    paint,
  );
}

const itemsText = ({ items }: PersonPlaceView): string => (items === undefined ? '' : String(items));

function unknownLines(unknown: readonly PersonPlaceView[]): string[] {
  if (unknown.length === 0) return [];
  const failed = unknown.filter(({ failure }) => failure !== undefined);
  if (failed.length === 0)
    return [
      '',
      `Of ${count(unknown.length, 'more mailbox', 'more mailboxes')} the ledger cannot tell; --read looks into them.`,
    ];
  return [
    '',
    'Not readable:',
    ...failed.map(
      ({ primarySmtpAddress, failure }) =>
        `  ${visible(primarySmtpAddress)}: ${failure === undefined ? '' : failureLine(failure)}`,
    ),
  ];
}

function handedOverLines({ handedOver }: Pick<WhereView, 'handedOver'>): string[] {
  if (handedOver.length === 0) return [];
  return [
    '',
    'Handed over to the users of these mailboxes earlier; theirs now, not touched:',
    ...handedOver.map((address) => `  ${visible(address)}`),
  ];
}

/** Two policies may have one name when one of them was removed. */
const policyText = ({ policy, isPolicyRemoved }: PersonPlaceView): string =>
  isPolicyRemoved ? `${policy} (removed)` : policy;

const personLine = ({ label, addresses, id }: PersonView): string =>
  `${visible(label)}${addresses[0] === undefined ? '' : ` <${visible(addresses[0])}>`}  ${id}`;

function beginning({ person }: WhereView, policies: readonly string[], isTest: boolean): string {
  const name = visible(person.label);
  if (policies.length === 0)
    return isTest
      ? `No mailbox is known to hold a contact of ${name}.`
      : `No mailbox is known to hold a contact of ${name}. From now on no policy selects the person.`;
  const names = policies.map((policy) => `"${visible(policy)}"`).join(', ');
  return isTest
    ? `${name} would be removed from the mailboxes of ${names}.`
    : `${name} is withheld from now on, and is removed from the mailboxes of ${names}.`;
}
