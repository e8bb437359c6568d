// Settings of the whole installation: what new environments on-premises begin with (specification 4.4).

import {
  type ExchangeDefaultsView,
  httpsAddress,
  type ServiceSettingsView,
  type SettingsOperations,
  withoutUserInfo,
} from '@contactsync/contract';
import { Failure } from '../model/failure.ts';
import type { OperationsDependencies } from './dependencies.ts';

const EWS_URL = 'exchange.defaultEwsUrl';
const ONE_AT_A_TIME = 'service.oneAtATime';

export async function readServiceSettings({
  settings,
}: Pick<OperationsDependencies, 'settings'>): Promise<ServiceSettingsView> {
  return { oneAtATime: (await settings.read(ONE_AT_A_TIME)) === 'all' ? 'all' : 'environment' };
}

export function makeSettingsOperations({
  settings,
  audit,
  user,
}: Pick<OperationsDependencies, 'settings' | 'audit' | 'user'>): SettingsOperations {
  const exchangeDefaults = async (): Promise<ExchangeDefaultsView> => ({
    ewsUrl: await settings.read(EWS_URL),
  });
  return {
    exchangeDefaults,

    async setExchangeDefaults({ ewsUrl }) {
      const before = await settings.read(EWS_URL);
      const after = ewsUrl === undefined ? undefined : checkedUrl(ewsUrl);
      if (before === after) return exchangeDefaults();
      if (after === undefined) await settings.remove(EWS_URL);
      else await settings.write(EWS_URL, after);
      await audit.append({
        who: user,
        action: 'settings.save',
        subject: 'exchange',
        details: { from: before ?? 'autodiscover', to: after ?? 'autodiscover' },
      });
      return exchangeDefaults();
    },

    service: () => readServiceSettings({ settings }),

    async setService({ oneAtATime }) {
      const before = await readServiceSettings({ settings });
      if (before.oneAtATime === oneAtATime) return before;
      await settings.write(ONE_AT_A_TIME, oneAtATime);
      await audit.append({
        who: user,
        action: 'settings.save',
        subject: 'service',
        details: { from: before.oneAtATime, to: oneAtATime },
      });
      return { oneAtATime };
    },
  };
}

/** The rule of the schema for `exchangeWebServices.url`: a default that no environment takes is worth nothing. */
function checkedUrl(text: string): string {
  const checked = httpsAddress.safeParse(text);
  if (checked.success) return checked.data;
  const rules = checked.error.issues.flatMap(({ code, message }) => (code === 'custom' ? [message] : []));
  const problem =
    rules.length > 0
      ? rules.join('; ')
      : 'is not an address of Exchange Web Services such as https://mail.contoso.example/EWS/Exchange.asmx';
  throw new Failure('usage', {
    details: { reason: `${JSON.stringify(withoutUserInfo(text))} ${problem}` },
  });
}
