// Writes the generated pages and sections of the manual ("npm run manual"). A test compares them with what stands in
// the tree.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandChapters, exitCodes } from './command-help.ts';
import { contactPropertyTable, sourceAttributeTable } from './contact-properties.ts';
import { errorPages } from './error-pages.ts';
import { withSection } from './markdown.ts';
import { environmentSettings, policySettings, settingTables } from './policy-reference.ts';
import { rightsTable } from './rights-table.ts';

export const MANUAL = join(import.meta.dirname, '..', '..', 'docs', 'manual');

/** Path below docs/manual -> what it shall hold. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const [name, page] of errorPages()) pages.set(`errors/${name}`, page);
  const sections: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['policy-reference.md', { policy: settingTables(policySettings(), '###') }],
    ['environment-reference.md', { environment: settingTables(environmentSettings(), '##') }],
    ['contact-properties.md', { properties: contactPropertyTable(), attributes: sourceAttributeTable() }],
    [
      'permissions.md',
      {
        required: rightsTable('required'),
        hybrid: rightsTable('hybrid'),
        optional: rightsTable('optional'),
      },
    ],
    ['run-and-test.md', { 'exit codes': exitCodes() }],
    ['command-line.md', { commands: await commandChapters() }],
  ];
  for (const [name, parts] of sections) {
    let page = readFileSync(join(MANUAL, name), 'utf8');
    for (const [part, body] of Object.entries(parts)) page = withSection(page, part, body);
    pages.set(name, page);
  }
  return pages;
}

if (import.meta.main) {
  const pages = await generatedPages();
  rmSync(join(MANUAL, 'errors'), { recursive: true, force: true });
  mkdirSync(join(MANUAL, 'errors'));
  for (const [name, page] of pages) writeFileSync(join(MANUAL, name), page);
  console.log(`${pages.size} pages of the manual written`);
}
