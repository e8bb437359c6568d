// Photos for tests of the engine: one is a few bytes of text, made fit by wrapping them in a JPEG.

import { testPolicy } from '../../core/test-policy.ts';
import { Failure } from '../../model/failure.ts';
import type { SourceObjectId } from '../../model/ids.ts';
import type { PhotoSource } from '../../ports/photos.ts';
import type { PhotoParts, RunPorts } from '../run-ports.ts';
import { World } from './world.ts';

export class PhotosInMemory implements PhotoSource {
  readonly byPerson = new Map<SourceObjectId, string>();
  readonly fetched: SourceObjectId[] = [];
  /** Who is rationed; their stamp is the round. */
  readonly rationed = new Set<SourceObjectId>();
  round = 1;
  refusal: Failure | undefined;
  readonly cached = new Map<string, Uint8Array>();

  readonly parts: PhotoParts = {
    source: this,
    prepare: async (original) => {
      const text = new TextDecoder().decode(original);
      if (text === 'damaged') throw new Failure('photoUnreadable');
      return { digest: `of-${text}`, jpeg: Uint8Array.from([0xff, 0xd8, 0xff, 0xda, ...original]) };
    },
    cache: {
      read: async (key) => this.cached.get(key),
      save: async (key, blob) => {
        this.cached.set(key, blob);
      },
    },
    owner: 'environment',
  };

  async readStamps(owners: Parameters<PhotoSource['readStamps']>[0]) {
    if (this.refusal !== undefined) throw this.refusal;
    const stampOf = (id: SourceObjectId) =>
      this.rationed.has(id) ? `round ${this.round}` : (this.byPerson.get(id) ?? '');
    return {
      stamps: new Map(owners.map(({ id }) => [id, stampOf(id)])),
      rationed: this.rationed,
      failures: [],
    };
  }

  async readPhotos(owners: Parameters<PhotoSource['readPhotos']>[0]) {
    this.fetched.push(...owners.map(({ id }) => id));
    return owners.map(({ id }) => {
      const photo = this.byPerson.get(id);
      return photo === undefined ? undefined : new TextEncoder().encode(photo);
    });
  }
}

export function worldWithPhotos(people: number, boxes: number, photos: PhotosInMemory): World {
  const world = new World(people, boxes);
  world.policy = testPolicy({ contact: { photo: true } });
  (world.ports as { -readonly [Name in keyof RunPorts]: RunPorts[Name] }).photos = photos.parts;
  return world;
}
