// "Did you mean …?" for names that an administrator mistyped.

/** The known name closest to what was typed, or undefined when none is close. */
export function nearMatch(
  typed: string,
  known: readonly string[],
  otherNames: Readonly<Record<string, string>> = {},
): string | undefined {
  const wanted = fold(typed);
  for (const [other, name] of Object.entries(otherNames)) if (fold(other) === wanted) return name;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(wanted, fold(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** The sentence for a failure's details. */
export function unknownName(what: string, typed: string, suggestion: string | undefined): string {
  return `Unknown ${what} "${typed}".${suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`}`;
}

function fold(name: string): string {
  return name
    .slice(0, 60)
    .toLowerCase()
    .replace(/[\s_-]/g, '');
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
