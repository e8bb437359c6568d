// Ids of the Outlook part in a URL and in an answer.
import { malformedId } from './graph-error.ts';

/** Exchange ids are url-safe base64 of some length; anything else is not even looked up. */
export function requireWellFormedId(id: string): string {
  if (id.length < 40 || id.length % 4 !== 0 || !/^[A-Za-z0-9_-]+={0,2}$/.test(id)) throw malformedId();
  return id;
}

export function contactId(item: { id: string; immutableId: string }, immutableIds: boolean): string {
  return immutableIds ? item.immutableId : item.id;
}
