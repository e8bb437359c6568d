// The directory part of Graph (users, groups, organizational contacts, organization) in the table of routes.
import { directoryEntityOptions, directoryListOptions, listObjects } from './directory-list.ts';
import {
  getObject,
  getOrganization,
  listMembers,
  listOrganization,
  readGroups,
  readOrganization,
  readOrgContacts,
  readUsers,
} from './directory-objects.ts';
import { directoryTypes } from './directory-types.ts';
import type { Route } from './route.ts';
import { usersDelta, usersDeltaOptions } from './users-delta.ts';

function directoryRoute(
  path: string,
  anyOf: readonly string[],
  options: readonly string[],
  handle: Route['handle'],
  preferences: Route['preferences'] = [],
): Route {
  const headers = ['consistencylevel'];
  return { method: 'GET', path, need: { anyOf, part: 'directory' }, options, preferences, headers, handle };
}

const { user, group, orgContact } = directoryTypes;
const memberOptions = ['$select', '$top', '$skiptoken', '$count'];

function memberRoutes(name: string, isTransitive: boolean): readonly Route[] {
  const path = `groups/{group}/${name}`;
  const handle: Route['handle'] = (call) => listMembers(call, isTransitive);
  return [
    directoryRoute(path, readGroups, memberOptions, handle),
    directoryRoute(`${path}/{cast}`, readGroups, memberOptions, handle),
  ];
}

export const directoryRoutes: readonly Route[] = [
  directoryRoute('users/delta', readUsers, usersDeltaOptions, usersDelta, ['return']),
  directoryRoute('users', readUsers, directoryListOptions, (call) => listObjects(call, user)),
  directoryRoute('users/{user}', readUsers, directoryEntityOptions, (call) => getObject(call, user)),
  directoryRoute('groups', readGroups, directoryListOptions, (call) => listObjects(call, group)),
  directoryRoute('groups/{group}', readGroups, directoryEntityOptions, (call) => getObject(call, group)),
  ...memberRoutes('members', false),
  ...memberRoutes('transitiveMembers', true),
  directoryRoute('contacts', readOrgContacts, directoryListOptions, (call) => listObjects(call, orgContact)),
  directoryRoute('contacts/{orgContact}', readOrgContacts, directoryEntityOptions, (call) =>
    getObject(call, orgContact),
  ),
  directoryRoute('organization', readOrganization, ['$select'], listOrganization),
  directoryRoute('organization/{organization}', readOrganization, ['$select'], getOrganization),
];
