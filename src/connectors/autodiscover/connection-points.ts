// Service connection points: what Exchange servers write into Active Directory so that clients inside find them without
// DNS. Which of them to ask, in which order, is decided here; reading them is another file's.
// https://learn.microsoft.com/exchange/client-developer/exchange-web-services/how-to-find-autodiscover-endpoints-by-using-scp-lookup-in-exchange

export interface ConnectionPoint {
  readonly keywords: readonly string[];
  /** serviceBindingInformation. */
  readonly bindings: readonly string[];
}

export interface PointReading {
  readonly points: readonly ConnectionPoint[];
  /** Of the domain controller, which was chosen near us; undefined where it cannot be told. */
  readonly site: string | undefined;
  /** false: read over a connection without encryption, where whoever is in between can write what is read. */
  readonly isProven?: boolean;
}

export interface ServiceConnectionPoints {
  /** Those of our forest. Throws Failures of the directory. */
  read(signal: AbortSignal): Promise<PointReading>;
  /** Those of the forest at an LDAP URL. Throws Failures of the directory. */
  readAt(ldapUrl: string, signal: AbortSignal): Promise<PointReading>;
}

export const URL_KEYWORD = '77378F46-2C66-4aa9-A6A6-3E7A48B19596';
export const POINTER_KEYWORD = '67661d7F-8FC4-4fa7-BFAC-E1D7794C1F68';

export interface OrderedPoints {
  /** Of our own site first, then those for every site, then those of other sites. */
  readonly urls: readonly string[];
  /** Forests that say they serve this mail domain: they come before our own. */
  readonly forests: readonly string[];
  /** Forests without such a word: only where nothing else is known. */
  readonly otherForests: readonly string[];
}

export function orderPoints({ points, site }: PointReading, mailDomain: string): OrderedPoints {
  const ranked = points
    .filter((point) => has(point, URL_KEYWORD))
    .map((point) => ({ urls: point.bindings, rank: rankOf(point, site) }))
    .toSorted((a, b) => a.rank - b.rank);
  const pointers = points.filter((point) => has(point, POINTER_KEYWORD));
  const forDomain = (point: ConnectionPoint) => has(point, `Domain=${mailDomain}`);
  const anonymous = (point: ConnectionPoint) => valuesOf(point, 'domain').length === 0;
  return {
    urls: unique(ranked.flatMap(({ urls }) => urls)),
    forests: unique(pointers.filter(forDomain).flatMap(({ bindings }) => bindings)),
    otherForests: unique(pointers.filter(anonymous).flatMap(({ bindings }) => bindings)),
  };
}

function rankOf(point: ConnectionPoint, site: string | undefined): number {
  const sites = valuesOf(point, 'site');
  if (sites.length === 0) return 1;
  return site !== undefined && sites.includes(site.toLowerCase()) ? 0 : 2;
}

function has({ keywords }: ConnectionPoint, wanted: string): boolean {
  return keywords.some((keyword) => keyword.toLowerCase() === wanted.toLowerCase());
}

function valuesOf({ keywords }: ConnectionPoint, name: string): readonly string[] {
  const prefix = `${name}=`;
  return keywords
    .map((keyword) => keyword.toLowerCase())
    .filter((keyword) => keyword.startsWith(prefix))
    .map((keyword) => keyword.slice(prefix.length));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))];
}
