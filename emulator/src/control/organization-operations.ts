// The tenant as a whole: what it is, starting over, its clock and its app registrations.

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { setGraphSettings } from '../graph/settings.ts';
import { makeHybrid } from '../organization/hybrid.ts';
import type { AppRegistration } from '../organization/state.ts';
import { defaultSize, seededApp, seedOrganization } from '../seed/seed.ts';
import type { EmulatorContext } from '../server/exchange.ts';
import { ControlError, nothing, type Operations, operation } from './operation.ts';

export interface OrganizationView {
  readonly tenantId: string;
  readonly initialDomain: string;
  readonly domains: readonly string[];
  readonly apps: readonly AppRegistration[];
  /** By RecipientTypeDetails. */
  readonly recipients: Readonly<Record<string, number>>;
}

export interface ClockView {
  readonly now: string;
  readonly factor: number;
  readonly skipWaitingAfterMilliseconds?: number;
}

const clientId = z.string().default(seededApp.clientId);

export const organizationOperations: Operations = {
  'organization/show': operation(nothing, (_, context) => organizationView(context)),

  'organization/reset': operation(
    z.strictObject({
      seed: z.int().default(1),
      recipients: z.int().min(0).default(defaultSize.recipients),
      mailboxes: z.int().min(0).default(defaultSize.mailboxes),
      onPremisesMailboxes: z.int().min(0).optional(),
      /** App registrations with their certificates survive, so that a product stays signed in. */
      keepApps: z.boolean().default(true),
    }),
    ({ keepApps, onPremisesMailboxes, ...size }, context) => {
      if (size.mailboxes > size.recipients) {
        throw new ControlError(
          400,
          'InvalidRequest',
          'Mailboxes are recipients: there cannot be more of them.',
        );
      }
      const fresh = seedOrganization(size);
      if (onPremisesMailboxes !== undefined) makeHybrid(fresh, Math.min(onPremisesMailboxes, size.mailboxes));
      const { apps } = context.organization;
      // Every face holds the same organization object: it is filled anew, not replaced.
      delete context.organization.publicFolders;
      Object.assign(context.organization, fresh, keepApps ? { apps } : {});
      context.clock.reset();
      context.log.clear();
      context.faults.clear();
      context.traffic.reset();
      context.cursors.clear();
      context.assertions.refuseReused = true;
      setGraphSettings(context, {});
      context.onPremises.reset();
      context.ews.reset();
      context.autodiscover.reset();
      return organizationView(context);
    },
  ),

  'clock/show': operation(nothing, (_, context) => clockView(context)),
  'clock/set-speed': operation(
    z.strictObject({
      factor: z.number().min(1).max(10_000).default(1),
      skipWaitingAfterMilliseconds: z.number().min(0).optional(),
    }),
    ({ factor, skipWaitingAfterMilliseconds }, context) => {
      context.clock.setSpeed({ factor, skipWaitingAfterMilliseconds });
      return clockView(context);
    },
  ),
  'clock/wait': operation(
    z.strictObject({ milliseconds: z.number().min(0) }),
    async ({ milliseconds }, context, gone) => {
      // Who has gone waits no longer, so that the clock does not jump for them.
      await context.clock.sleep(milliseconds, gone).catch(() => undefined);
      return clockView(context);
    },
  ),
  'clock/advance': operation(
    z.strictObject({ milliseconds: z.number().min(0) }),
    ({ milliseconds }, context) => {
      context.clock.advance(milliseconds);
      return clockView(context);
    },
  ),

  'apps/add': operation(
    z.strictObject({ clientId: z.guid(), displayName: z.string().min(1) }),
    ({ clientId: id, displayName }, { organization }) => {
      const app: AppRegistration = {
        clientId: id.toLowerCase(),
        displayName,
        certificates: [],
        graphRoles: [],
        exchangeRoles: [],
        directoryRoles: [],
      };
      organization.apps.set(app.clientId, app);
      return app;
    },
  ),
  'apps/remove': operation(z.strictObject({ clientId }), ({ clientId: id }, context) => {
    const app = requireApp(context, id);
    context.organization.apps.delete(app.clientId);
    return {};
  }),
  'apps/register-certificate': operation(
    z.strictObject({ clientId, certificatePem: z.string() }),
    ({ clientId: id, certificatePem }, context) => {
      const app = requireApp(context, id);
      app.certificates.push(requireCertificate(certificatePem));
      return app;
    },
  ),
  'apps/remove-certificates': operation(z.strictObject({ clientId }), ({ clientId: id }, context) => {
    const app = requireApp(context, id);
    app.certificates = [];
    return app;
  }),
  'entra/set-settings': operation(
    z.strictObject({ refuseReusedAssertions: z.boolean() }),
    ({ refuseReusedAssertions }, { assertions }) => {
      assertions.refuseReused = refuseReusedAssertions;
      return { refuseReusedAssertions };
    },
  ),
  'apps/set-roles': operation(
    z.strictObject({
      clientId,
      graphRoles: z.array(z.string()).optional(),
      exchangeRoles: z.array(z.string()).optional(),
      directoryRoles: z.array(z.string()).optional(),
    }),
    ({ clientId: id, graphRoles, exchangeRoles, directoryRoles }, context) => {
      const app = requireApp(context, id);
      if (graphRoles !== undefined) app.graphRoles = graphRoles;
      if (exchangeRoles !== undefined) app.exchangeRoles = exchangeRoles;
      if (directoryRoles !== undefined) app.directoryRoles = directoryRoles;
      return app;
    },
  ),
};

function organizationView(context: EmulatorContext): OrganizationView {
  const { tenantId, initialDomain, domains, apps, recipients } = context.organization;
  const counts: Record<string, number> = {};
  for (const { recipientTypeDetails } of recipients.values()) {
    counts[recipientTypeDetails] = (counts[recipientTypeDetails] ?? 0) + 1;
  }
  return { tenantId, initialDomain, domains, apps: [...apps.values()], recipients: counts };
}

function clockView({ clock }: EmulatorContext): ClockView {
  const { factor, skipWaitingAfterMilliseconds } = clock.speed;
  return {
    now: clock.now().toISOString(),
    factor,
    ...(skipWaitingAfterMilliseconds === undefined ? {} : { skipWaitingAfterMilliseconds }),
  };
}

function requireApp(context: EmulatorContext, id: string): AppRegistration {
  const app = context.organization.apps.get(id.toLowerCase());
  if (app === undefined) throw new ControlError(404, 'AppNotFound', `There is no app registration ${id}.`);
  return app;
}

function requireCertificate(pem: string): string {
  try {
    return new X509Certificate(pem).toString();
  } catch {
    throw new ControlError(400, 'InvalidRequest', 'certificatePem is no certificate.');
  }
}
