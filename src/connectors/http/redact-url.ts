// Addresses without what may name a person: query values, mail addresses and item ids in the path.

const LONGEST_PLAIN_SEGMENT = 40;

export function redactUrl(url: URL): string {
  const path = url.pathname.split('/').map(redactSegment).join('/');
  const names = [...new Set(url.searchParams.keys())];
  return `${url.host}${path}${names.length > 0 ? `?${names.join('&')}` : ''}`;
}

function redactSegment(segment: string): string {
  if (/@|%40/i.test(segment)) return '{address}';
  if (/['(]|%27|%28/i.test(segment)) return `${segment.split(/['(]|%27|%28/i)[0]}({key})`;
  return segment.length > LONGEST_PLAIN_SEGMENT ? '{id}' : segment;
}
