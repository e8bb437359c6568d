// Splits the path of a Graph URL into decoded segments. A key may be written as its own segment
// (`users/x`) or in parentheses (`users('x')`); both become two segments.
import { badRequest } from '../graph-error.ts';

const keyed = /^([A-Za-z][A-Za-z0-9.]*)\('((?:[^']|'')*)'\)$/;

export function splitPath(path: string): readonly string[] {
  const segments: string[] = [];
  for (const raw of path.split('/')) {
    if (raw === '') continue;
    const segment = decode(raw);
    const match = keyed.exec(segment);
    if (match) segments.push(match[1] ?? '', (match[2] ?? '').replaceAll("''", "'"));
    else segments.push(segment);
  }
  return segments;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest(`The path segment '${text}' is not correctly percent-encoded.`);
  }
}
