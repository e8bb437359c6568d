// ContactSource over InMemoryOrganization.

import { Failure } from '../../model/failure.ts';
import type { SourcePart } from '../../model/policy.ts';
import type { SourceObject } from '../../model/source-object.ts';
import type { ContactSource, ProbeStep, SourceReading } from '../../ports/contact-source.ts';
import type { InMemoryOrganization } from './organization.ts';

export class InMemorySource implements ContactSource {
  readonly #organization: InMemoryOrganization;

  constructor(organization: InMemoryOrganization) {
    this.#organization = organization;
  }

  async read(scope: SourcePart, signal: AbortSignal): Promise<SourceReading> {
    if (signal.aborted) throw new Failure('cancelled', { cause: signal.reason });
    const { trouble } = this.#organization;
    if (trouble.refusedWith !== undefined) throw new Failure(trouble.refusedWith);
    const { fits, gaps } = this.#resolve(scope);
    const all = this.#organization.objects;
    const read = trouble.stopsAfter === undefined ? all : all.slice(0, trouble.stopsAfter);
    const problems = [...gaps];
    if (read.length < all.length)
      problems.push(new Failure('sourceIncomplete', { details: { read: read.length } }));
    if (trouble.hidesHiddenFlag === true || (trouble.hidesAttributes ?? []).length > 0) {
      problems.push(new Failure('sourceIncomplete', { details: { unknown: true } }));
    }
    const inScope = read.filter(fits);
    const unreadable = new Set(
      inScope.map(({ id }) => id).filter((id) => trouble.unreadable?.has(id) === true),
    );
    const objects = inScope.filter(({ id }) => !unreadable.has(id));
    const remarks = [...unreadable].map(() => new Failure('sourceItemKept', { details: { count: 1 } }));
    return {
      objects: objects.map((object) => this.#asReadable(object)),
      isComplete: problems.length === 0,
      gaps: [...problems, ...remarks],
      ...(unreadable.size === 0 ? {} : { unreadable }),
    };
  }

  async probe(_signal: AbortSignal): Promise<readonly ProbeStep[]> {
    const { refusedWith } = this.#organization.trouble;
    if (refusedWith !== undefined) return [{ name: 'read', ok: false, failure: new Failure(refusedWith) }];
    return [{ name: 'read', ok: true }];
  }

  #resolve(scope: SourcePart): {
    readonly fits: (object: SourceObject) => boolean;
    readonly gaps: readonly Failure[];
  } {
    if (scope.type === 'sharedMailbox' || scope.type === 'publicFolder')
      return { fits: () => true, gaps: [] };
    const { groups, addressLists } = scope;
    const written = scope.type === 'exchangeOnline' ? scope.recipientFilter : scope.ldapFilter;
    if (groups.length === 0 && addressLists.length === 0 && written === undefined) {
      return { fits: () => true, gaps: [] };
    }
    const resolved = groups.map((group) => this.#organization.membersOf(group));
    const filter = written === undefined ? undefined : this.#organization.filter(written);
    const fits = (object: SourceObject) =>
      resolved.some(({ members }) => members.has(object.id)) ||
      (object.attributes.addressLists ?? []).some((list) => addressLists.includes(list)) ||
      filter?.(object.id) === true;
    return { fits, gaps: resolved.flatMap(({ gaps }) => gaps) };
  }

  #asReadable(object: SourceObject): SourceObject {
    const { hidesHiddenFlag, hidesAttributes = [] } = this.#organization.trouble;
    const attributes = Object.fromEntries(
      Object.entries(object.attributes).filter(
        ([name]) => !hidesAttributes.some((hidden) => hidden === name),
      ),
    );
    return {
      ...object,
      attributes,
      isHidden: hidesHiddenFlag === true ? 'unknown' : object.isHidden,
      ...(hidesAttributes.length > 0 ? { unknownAttributes: hidesAttributes } : {}),
    };
  }
}
