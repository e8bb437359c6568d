import { expect, test } from 'vitest';
import { FilterError, parseFilter } from './opath.ts';
import type { Row } from './row.ts';

const row: Row = {
  City: 'München',
  Title: "Chief 'Buyer' (50%)",
  Company: '',
  Hidden: true,
  EmailAddresses: ['SMTP:a@contoso.example', 'smtp:b@contoso.example'],
  WhenChangedUTC: new Date('2026-10-01T08:00:00Z'),
};
const names = new Map(Object.keys(row).map((name) => [name.toLowerCase(), name]));

test.each([
  ["City -eq 'münchen'", true],
  ["CITY -EQ 'München'", true],
  ["City -ne 'Berlin'", true],
  ["City -like 'm*chen'", true],
  ["City -like 'chen'", false],
  ["City -notlike '*x*'", true],
  ["Title -eq 'Chief ''Buyer'' (50%)'", true],
  ["Title -like '*(50%)'", true],
  ['City -eq "München"', true],
  ['Hidden -eq $true', true],
  ["Hidden -eq 'true'", true],
  ['Company -eq $null', true],
  ['City -ne $null', true],
  ["Company -like '*'", false],
  ["EmailAddresses -eq 'smtp:B@contoso.example'", true],
  ["EmailAddresses -like '*fabrikam*'", false],
  ["WhenChangedUTC -gt '2026-09-30'", true],
  ["WhenChangedUTC -lt '2026-09-30'", false],
  ["City -eq 'x' -or City -like 'M*' -and Hidden -eq $false", false],
  ["(City -eq 'x' -or City -like 'M*') -and -not (Hidden -eq $false)", true],
  ["-not(City -like 'M*')", false],
])('%s is %s', (text, expected) => {
  expect(parseFilter(text, names)(row)).toBe(expected);
});

test.each([
  ["Shoe -eq '42'", 'Shoe'],
  ["City -match 'x'", '-match'],
  ['City -eq', 'too early'],
  ['City', 'too early'],
  ["City -eq 'x' 'y'", 'Invalid filter syntax'],
  ["(City -eq 'x'", 'too early'],
  ['', 'too early'],
  ["City -eq 'x", 'position'],
])('%s is refused by what is wrong with it', (text, why) => {
  expect(() => parseFilter(text, names)).toThrow(FilterError);
  expect(() => parseFilter(text, names)).toThrow(why);
});
