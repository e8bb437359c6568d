// Comparing text without regard to case, near to Unicode's full case folding, in no language's special way.

/** ß equals ss, final sigma equals sigma. */
export function foldCase(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}
