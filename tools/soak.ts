// Lives simulated years and judges them: `npm run soak -- [--seeds 20] [--days 365] [--from 1]`, or one of them again
// with `--seed 7`. One number is one year. A broken law is printed with its seed, its day and the last events; the other
// seeds go on, and the exit code is 1.

import { parseArgs } from 'node:util';
import { simulateYear, YearFailure } from '../test/year/year.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '20' },
    days: { type: 'string', default: '365' },
  },
});
const first = Number(values.seed ?? values.from);
const seeds = values.seed === undefined ? Number(values.seeds) : 1;
const days = Number(values.days);
if (![first, seeds, days].every((one) => Number.isSafeInteger(one) && one > 0)) {
  console.error('--seed, --from, --seeds and --days are whole numbers above 0');
  process.exit(2);
}

const total = new Map<string, number>();
const failures: YearFailure[] = [];
for (let seed = first; seed < first + seeds; seed += 1) {
  const year = simulateYear({
    seed,
    days,
    onDay: (day) => {
      if (day % 73 === 0 || day === days) console.log(`seed ${seed}: day ${day} of ${days}`);
    },
  });
  try {
    for (const [what, count] of await year) total.set(what, (total.get(what) ?? 0) + count);
  } catch (error) {
    if (!(error instanceof YearFailure)) throw error;
    failures.push(error);
    console.log(error.message);
  }
}

console.log(`\n${seeds} seeds from ${first}, ${days} days each`);
for (const what of [...total.keys()].sort()) console.log(`${String(total.get(what)).padStart(9)}  ${what}`);
for (const { message } of failures) console.log(`FAILED: ${message.split('\n', 1)[0]}`);
console.log(
  failures.length === 0 ? 'No law was broken.' : `${failures.length} of ${seeds} years broke a law.`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
